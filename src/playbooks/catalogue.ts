import type { PlaybookName } from '../lifecycle/events.ts';

/** The last task that each playbook must have come to (run or skipped), as Ansible names it in events. */
export const finalTasks: Record<PlaybookName, string> = {
  gitlab_runner_init: 'autoscaling : Complete the lifecycle action',
  gitlab_runner_unreg: 'autoscaling : Complete the lifecycle action',
  scale_up: 'autoscaling : Raise desired capacity',
};

export const playbookNames = Object.keys(finalTasks) as PlaybookName[];
