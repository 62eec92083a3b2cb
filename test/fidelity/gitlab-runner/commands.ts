import type { Performance } from './performance.ts';
import { TOKENS } from './stage.ts';

const FLAGS = ['--executor', 'shell', '--tag-list', 'a,b'];

/** `unregister` once for each answer, in the recorded order: exit code, and whether the section has gone. */
const unregister =
  (flags: string[], codes: number[], tokens = 1): Performance['act'] =>
  async (stage) => {
    const seen: number[] = [];
    for (const answered of [204, 403, 404, 400, 500]) {
      stage.configure({ tokens: TOKENS.slice(0, tokens) });
      const { code } = await stage.command('unregister', ...flags);
      const gone = !stage.readConfig().includes('[[runners]]');
      if (gone !== (answered === 204)) throw new Error(`after ${answered}: section gone: ${gone}`);
      seen.push(code ?? -1);
    }
    if (seen.join() !== codes.join()) throw new Error(`exit codes ${seen}, recorded ${codes}`);
    return null;
  };

/** register, verify and unregister. */
export const commands: Record<string, Performance> = {
  'register-glrt-then-verify': {
    code: 0,
    async act({ configure, command }) {
      configure({ tokens: [] });
      const flags = ['--non-interactive', '--url', 'URL', '--token', TOKENS[0] ?? '', '--executor', 'shell'];
      const { code } = await command('register', ...flags, '--name', 'demo-runner');
      return code === 0 ? (await command('verify')).code : code;
    },
  },
  'register-legacy-410': {
    code: 1,
    async act({ configure, command }) {
      configure({ tokens: [] });
      const flags = ['--non-interactive', '--url', 'URL', '--registration-token', 'GR1348941EXAMPLE'];
      return (await command('register', ...flags, ...FLAGS, '--name', 'runner-host')).code;
    },
  },
  'register-unregister-legacy': {
    code: 0,
    async act({ configure, command }) {
      configure({ tokens: [] });
      const flags = ['--non-interactive', '--url', 'URL', '--registration-token', 'GR1348941EXAMPLE'];
      const { code } = await command('register', ...flags, ...FLAGS, '--name', 'legacy');
      return code === 0 ? (await command('unregister', '--name', 'legacy')).code : code;
    },
  },
  'unregister-name': { code: null, act: unregister(['--name', 'demo-runner'], [0, 1, 1, 1, 1]) },
  'unregister-token': {
    code: null,
    act: unregister(['--url', 'URL', '--token', TOKENS[0] ?? ''], [0, 1, 1, 1, 1]),
  },
  'unregister-all': { code: null, act: unregister(['--all-runners'], [0, 0, 0, 0, 0], 2) },
};
