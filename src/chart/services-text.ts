import type { ServicesGraph } from './services.ts';
import { joined } from './services-panel.ts';

/** The services as a Mermaid flowchart. */
export function servicesMermaid({ units, triggers }: ServicesGraph): string {
  const idOf = (unit: string) => unit.replace(/\.service$/, '').replaceAll('-', '_');
  return [
    'flowchart TD',
    ...units.map(({ id, owns }) => {
      const states = owns.length === 0 ? '' : `<br/>owns ${owns.join(', ')}`;
      return `  ${idOf(id)}["${id}${states}"]`;
    }),
    ...joined(triggers).map(
      ({ source, target, does }) => `  ${idOf(source)} -->|"${does.join('; ')}"| ${idOf(target)}`,
    ),
    '',
  ].join('\n');
}

/** The services for Graphviz. */
export function servicesDot({ units, triggers }: ServicesGraph): string {
  return [
    'digraph services {',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...units.map(({ id, owns }) => {
      const states = owns.length === 0 ? '' : `\\nowns ${owns.join(', ')}`;
      return `  "${id}" [label="${id}${states}"];`;
    }),
    ...joined(triggers).map(
      ({ source, target, does }) => `  "${source}" -> "${target}" [label="${does.join('\\n')}"];`,
    ),
    '}',
    '',
  ].join('\n');
}
