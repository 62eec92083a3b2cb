/** Longer than any message that is worth a line; what is behind it is cut. */
const LONGEST = 400;
/** Control characters, and those that turn the direction of writing: text from outside must not steer a terminal. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu;

/** Text from outside (a message, a name, a journal) on one line, with nothing in it that steers a terminal. */
export function printable(value: unknown, longest = LONGEST): string {
  const text = String(value);
  const cut = text.slice(0, longest + 1);
  const clean = cut.replace(STEERING, ' ').replace(/ {2,}/g, ' ').trim();
  return text.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
