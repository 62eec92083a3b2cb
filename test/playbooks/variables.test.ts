import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/config/package-root.ts';
import { redactLines, redactor } from '../../src/playbooks/redact.ts';
import { secretsIn, validateVariables } from '../../src/playbooks/validate.ts';
import { variablesYaml } from '../../src/playbooks/variables-file.ts';

const root = packageRoot();
const secret = 'glrt-plantedSecret/+123456';

describe('the variables of the playbooks', () => {
  it('have types and schemas that are up to date with the argument specs', () => {
    execFileSync(join(root, 'node_modules/.bin/tsx'), ['src/playbooks/generate.ts', '--check'], {
      cwd: root,
    });
  });

  it.each(['gitlab_runner', 'autoscaling'])('of role %s have the same defaults in both files', (role) => {
    const read = (file: string) =>
      parse(readFileSync(join(root, 'roles', role, file), 'utf8'), { merge: true });
    const { argument_specs: specs } = read('meta/argument_specs.yml');
    const defaults = read('defaults/main.yml');
    for (const { options } of Object.values<{ options: Record<string, { default?: unknown }> }>(specs)) {
      for (const [name, option] of Object.entries(options)) {
        if ('default' in option) expect([name, defaults[name]]).toEqual([name, option.default]);
      }
    }
  });

  it('are refused for an unknown key, a missing one, a wrong type, a wrong choice and broken text', () => {
    const good = { gitlab_runner_url: 'http://g', gitlab_runner_instance_id: 'i', gitlab_runner_runners: [] };
    const problem = (extra: object) => () => validateVariables('gitlab_runner_init', { ...good, ...extra });
    expect(problem({})).not.toThrow();
    expect(problem({ gitlab_runner_concurrent: '4' })).toThrow(
      'gitlab_runner_concurrent must be of type integer',
    );
    expect(problem({ gitlab_runner_runners: [{ nam: 'x' }] })).toThrow(
      'gitlab_runner_runners[0].name is missing; gitlab_runner_runners[0].nam is not a variable',
    );
    expect(problem({ gitlab_runner_service_manager: 'init' })).toThrow('must be one of systemd, process');
    expect(problem({ gitlab_runner_url: '\ud800' })).toThrow('not well-formed');
    expect(problem({ gitlab_runner_runners: [{ name: 'x', token: 7 }] })).toThrow(
      'token must be of type string',
    );
    expect(problem({ constructor: 'x' })).toThrow('constructor is not a variable');
  });

  it('name their secrets', () => {
    const variables = {
      gitlab_runner_api_token: 'one',
      gitlab_runner_runners: [{ name: 'a', token: 'two' }, { name: 'b' }],
    };
    expect(secretsIn('gitlab_runner_init', variables)).toEqual(['one', 'two']);
  });

  it('are written with every container tagged and every string quoted', () => {
    expect(variablesYaml({ a: '077', b: [{ k: '{{ x }}\n' }], c: 3, d: true, e: null, f: {} })).toBe(
      '!unsafe {"a": "077", "b": !unsafe [!unsafe {"k": "{{ x }}\\n"}], "c": 3, "d": true, "e": null, "f": !unsafe {}}\n',
    );
    expect(variablesYaml({ a: '\u007f\u2028\ufeff' })).toContain('"\\u007f\\u2028\\ufeff"');
  });
});

describe('redaction', () => {
  it('finds a secret raw, in a URL, in base64 at any alignment, and in a form that GitLab made', () => {
    const redact = redactor([secret]);
    for (const prefix of ['', 'x', 'xy', 'user:']) {
      const encoded = Buffer.from(prefix + secret).toString('base64');
      expect(Buffer.from(redact(encoded), 'base64').toString()).not.toContain(secret.slice(4, -4));
    }
    expect(redact(`a ${secret} b ${encodeURIComponent(secret)} c`)).toBe('a [redacted] b [redacted] c');
    expect(redact('token glrt-rotatedMeanwhile1')).toBe('token [redacted]');
  });

  it('finds a secret that is cut into chunks, also on an endless line', () => {
    let written = '';
    const lines = redactLines(redactor([secret]), (text) => {
      written += text;
    });
    const text = `${'x'.repeat(70_000)}${secret}${'y'.repeat(70_000)}\n${secret}\nend`;
    for (let at = 0; at < text.length; at += 7) lines.push(text.slice(at, at + 7));
    lines.end();
    expect(written).not.toContain(secret);
    expect(written.match(/\[redacted\]/g)).toHaveLength(2);
    expect(written).toHaveLength(text.length - 2 * (secret.length - '[redacted]'.length));
  });
});
