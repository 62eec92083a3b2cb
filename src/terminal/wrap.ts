/**
 * Breaks text at spaces so that no line is longer than `width` columns; a word that is longer stays whole. `first`
 * stands before the first line, and as many spaces as it is long before the others.
 */
export function wrap(text: string, width: number, first = ''): string[] {
  const room = Math.max(10, width - first.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  const indent = ' '.repeat(first.length);
  return lines.map((one, index) => `${index === 0 ? first : indent}${one}`);
}
