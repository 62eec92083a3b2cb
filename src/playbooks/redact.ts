const MASK = '[redacted]';
/** Shorter strings would blank out ordinary words. */
const SHORTEST = 6;
/** GitLab's own token forms: a token that the runner rotated is known to nobody else. */
const TOKEN_FORMS = /\bgl(?:rt|rtr|pat|cbt|agent|deploy)-[\w.-]{8,}/g;
/** A line longer than this is let go in parts. */
const LONGEST_LINE = 65_536;

export type Redact = (text: string) => string;

/** Takes the secrets out of a text: raw, as JSON and URLs write them, and base64 at each of its three alignments. */
export function redactor(secrets: Iterable<string>): Redact {
  const forms = new Set([...secrets].filter((secret) => secret.length >= SHORTEST).flatMap(formsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) =>
    longestFirst.reduce((rest, form) => rest.replaceAll(form, MASK), text).replace(TOKEN_FORMS, MASK);
}

/** Feeds whole lines, redacted, to `write`, so that a secret cut by a chunk's end is found. */
export function redactLines(redact: Redact, write: (text: string) => void) {
  let held = '';
  return {
    push(chunk: string) {
      held += chunk;
      const end = held.length > LONGEST_LINE ? held.length - 4_096 : held.lastIndexOf('\n') + 1;
      if (end <= 0) return;
      // What is cut off mid-line is redacted together with what is held back, so a secret across the cut stays whole.
      const whole = redact(held);
      if (held.endsWith('\n')) {
        write(whole);
        held = '';
      } else if (held.length > LONGEST_LINE) {
        write(whole.slice(0, Math.max(0, whole.length - 4_096)));
        held = whole.slice(Math.max(0, whole.length - 4_096));
      } else {
        write(redact(held.slice(0, end)));
        held = held.slice(end);
      }
    },
    end() {
      if (held !== '') write(redact(held));
      held = '';
    },
  };
}

function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.from('\0'.repeat(offset) + secret).toString('base64');
    // The first and last characters mix with the neighbours' bits.
    const inner = text.slice(offset === 0 ? 0 : offset + 1).replace(/.?=+$/, '');
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [secret, json, encodeURIComponent(secret), ...base64].filter((form) => form.length >= SHORTEST);
}
