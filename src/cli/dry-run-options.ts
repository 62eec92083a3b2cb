import type { Command } from 'commander';

export interface DryRunOptions {
  check: boolean;
  diff: boolean;
}

/** Ansible's own two switches, as every playbook command takes them, and the agent's word for both. */
export function addDryRunOptions(command: Command): Command {
  const both = () => command.setOptionValue('check', true).setOptionValue('diff', true);
  return command
    .on('option:dry-run', both)
    .option('--dry-run', 'the same as --check --diff')
    .option('--check', 'change nothing; say what would be done', false)
    .option('--diff', 'show what changes in files and settings, secrets masked', false);
}
