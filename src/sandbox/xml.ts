/** A value of an AWS Query answer: arrays become list elements, null is left out. */
export type XmlValue = string | number | boolean | null | XmlValue[] | { [name: string]: XmlValue };

const escaped = (text: string): string =>
  text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Serialises `value`; lists use `item` as the name of their elements (`member` in Auto Scaling, `item` in EC2). */
export function toXml(value: XmlValue, item: string): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map((each) => `<${item}>${toXml(each, item)}</${item}>`).join('');
  if (typeof value !== 'object') return escaped(String(value));
  return Object.entries(value)
    .filter(([, inner]) => inner !== null)
    .map(([name, inner]) => `<${name}>${toXml(inner, item)}</${name}>`)
    .join('');
}
