import { execa } from 'execa';

/** The Python that runs Ansible's modules, which is the one that has boto3. */
export async function pythonOfAnsible(): Promise<string> {
  const { stdout } = await execa('ansible-playbook', ['--version']);
  return /python version = .*\((\/[^()]+)\)\s*$/m.exec(stdout)?.[1] ?? 'python3';
}
