/** One thing to show: a line for people, and the same as an object for programs. */
export interface Told {
  text: string;
  event: { event: string; [field: string]: unknown };
}

export type Tell = (told: Told) => void;
