import type { Check } from '../examination.ts';
import { ansible } from './ansible.ts';
import { awsRights } from './aws-rights.ts';
import { clock } from './clock.ts';
import { gitlab } from './gitlab.ts';
import { groupSettings } from './group-settings.ts';
import { hostPrograms } from './host-programs.ts';
import { lifecycleHooks } from './lifecycle-hooks.ts';
import { metadata } from './metadata.ts';
import { metadataAccess } from './metadata-access.ts';
import { node } from './node.ts';
import { pausedRunner } from './paused-runner.ts';
import { runnerUnit } from './runner-unit.ts';
import { secrets } from './secrets.ts';
import { systemd } from './systemd.ts';
import { tokenKind } from './token-kind.ts';

/** Everything that doctor looks at, in the order in which it is told. */
export const checks: readonly Check[] = [
  node,
  ansible,
  hostPrograms,
  systemd,
  runnerUnit,
  secrets,
  tokenKind,
  gitlab,
  clock,
  pausedRunner,
  metadata,
  metadataAccess,
  awsRights,
  lifecycleHooks,
  groupSettings,
];
