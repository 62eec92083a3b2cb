/**
 * A variables file for ansible-playbook -e @file that no template can get out of: YAML with every container tagged
 * `!unsafe` and scalars quoted only. Extra variables are otherwise executed as Jinja templates; a tag on a scalar
 * makes ansible-core 2.19 guess its type ("077" becomes 63), and an untagged container inside a tagged one comes out
 * empty on 2.14.
 */
export function variablesYaml(variables: object): string {
  return `${yamlOf(variables)}\n`;
}

function yamlOf(value: unknown): string {
  if (Array.isArray(value)) return `!unsafe [${value.map(yamlOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return `!unsafe {${members.map(([key, item]) => `${quoted(key)}: ${yamlOf(item)}`).join(', ')}}`;
  }
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  throw new TypeError(`a variable cannot be ${typeof value}`);
}

/** JSON's form is YAML's double-quoted form, but for what YAML does not take raw. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
