import type { Command } from 'commander';

export interface DryRunOptions {
  check: boolean;
  diff: boolean;
}

/** Ansible's own two switches, as every playbook command takes them. */
export function addDryRunOptions(command: Command): Command {
  return command
    .option('--check', 'change nothing; say what would be done', false)
    .option('--diff', 'show what changes in files and settings, secrets masked', false);
}
