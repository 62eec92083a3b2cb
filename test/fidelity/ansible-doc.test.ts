import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/config.ts';
import { callbacks, findAnsible, modules, newest, oldest, roles } from './real-parts/ansible.ts';
import { agrees, type RealPart } from './table.ts';

/** What Ansible itself shows of our modules, our callback and our roles: all that it asks for, with examples that run. */

const root = packageRoot();

interface Options {
  [name: string]: { required?: boolean; options?: Options };
}

/** `ansible-doc` as somebody in this directory calls it. */
async function doc(programs: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(join(programs, 'ansible-doc'), args, {
    cwd: root,
    env: { ANSIBLE_CONFIG: 'playbooks/ansible.cfg', ANSIBLE_NOCOLOR: '1' },
  });
  return stdout;
}

/** An example gives only options that there are, and all that must be given. */
function fits(given: Record<string, unknown>, options: Options, where: string): void {
  expect(
    Object.keys(given).filter((name) => !(name in options)),
    where,
  ).toEqual([]);
  const required = Object.keys(options).filter((name) => options[name]?.required === true);
  expect(
    required.filter((name) => !(name in given)),
    where,
  ).toEqual([]);
}

/** The page of each thing that is shown: `> NAME (path)`, and from 2.19 on `> KIND name (path)`. */
function pages(shown: string, names: readonly string[]): Map<string, string> {
  const texts = shown.split(/^> /m).slice(1);
  const title = (text: string) => /(\w+)\*? +\(/.exec(text)?.[1]?.toLowerCase() ?? '';
  const all = new Map(texts.map((text) => [title(text), text]));
  expect([...all.keys()].sort()).toEqual([...names].sort());
  return all;
}

const found = await Promise.all(
  [oldest, newest].map(async (part) => ({ part, programs: await findAnsible(part) })),
);

it.skipIf(found[0]?.programs === null)(
  'the tests play on the oldest core, and the newest is another',
  async () => {
    const { stdout } = await execa('ansible-playbook', ['--version']);
    expect(stdout).toContain(`ansible-playbook [core ${oldest.version}]`);
    expect(newest.version).not.toBe(oldest.version);
    agrees(oldest, 'the tests’ own', 'found first on their PATH');
  },
);

for (const { part, programs } of found) {
  describe.skipIf(programs === null)(`ansible-doc of core ${part.version}`, () => {
    it.concurrent('shows every module with its options, examples that fit them, and what it returns', async () => {
      const shown = pages(await doc(programs ?? '', '-t', 'module', ...modules), modules);
      const data = JSON.parse(await doc(programs ?? '', '-t', 'module', '--json', ...modules));
      for (const name of modules) {
        expect(shown.get(name), name).toMatch(/^OPTIONS .*^EXAMPLES:.*^RETURN VALUES:/ms);
        const { examples, doc: told } = data[name];
        for (const task of parse(examples) as Record<string, Record<string, unknown>>[]) {
          fits(task[name] ?? {}, told.options, `the examples of ${name}`);
        }
        agrees(part, `module ${name}`, 'options, examples, return values');
      }
    });

    it.concurrent('shows the callback with its options and an example', async () => {
      const shown = pages(await doc(programs ?? '', '-t', 'callback', ...callbacks), callbacks);
      for (const name of callbacks) {
        expect(shown.get(name), name).toMatch(/^OPTIONS .*^EXAMPLES:.*ansible-playbook/ms);
        agrees(part, `callback ${name}`, 'options, example');
      }
    });

    it.concurrent('shows every role: its entry points with all variables, a command, and examples that fit', async () => {
      const shown = pages(await doc(programs ?? '', '-t', 'role', ...roles), roles);
      const data = JSON.parse(await doc(programs ?? '', '-t', 'role', '--json', ...roles));
      expect(Object.keys(data).sort()).toEqual(roles);
      for (const role of roles) showsRole(part, role, shown.get(role) ?? '', data[role].entry_points);
    });
  });
}

interface EntryPoint {
  options: Options;
  examples: string;
}

function showsRole(part: RealPart, role: string, shown: string, entries: Record<string, EntryPoint>): void {
  const sections = shown.split(/^ENTRY POINT: /m).slice(1);
  expect(sections).toHaveLength(Object.keys(entries).length);
  for (const section of sections) {
    const entry = /^\W*(\w+)/.exec(section)?.[1] ?? '';
    const { options, examples } = entries[entry] ?? { options: {}, examples: '' };
    // Before 2.19 lines are broken at hyphens too.
    const words = section.replace(/-\s+/g, '-').replace(/\s+/g, ' ');
    expect(words, `${role} ${entry}`).toMatch(
      /For example.* `ansible-playbook -i ?inventory.*playbooks\/\w+.yml/,
    );
    // Cores before 2.19 show no examples of roles but those of the description.
    if (part === newest) expect(section).toMatch(/^EXAMPLES:/m);
    for (const name of Object.keys(options)) expect(section).toMatch(new RegExp(`^ *[-=]? *${name}\\b`, 'm'));
    const [task, ...more] = parse(examples) as { vars: Record<string, unknown>; [key: string]: unknown }[];
    expect(more).toEqual([]);
    expect(task?.['ansible.builtin.import_role']).toEqual({
      name: role,
      ...(entry !== 'main' && { tasks_from: entry }),
    });
    fits(task?.vars ?? {}, options, `the example of role ${role}, ${entry}`);
  }
  agrees(part, `role ${role}`, 'entry points, variables, examples');
}
