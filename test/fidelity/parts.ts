import { amazonAws } from './real-parts/amazon-aws.ts';
import { newest, oldest } from './real-parts/ansible.ts';
import { moduleCredentials, sdkCredentials } from './real-parts/aws-credentials.ts';
import { runnerExchanges, runnerMetrics } from './real-parts/gitlab-runner.ts';
import { metadataMock } from './real-parts/metadata-mock.ts';
import { moto, sdk, serviceModel } from './real-parts/moto.ts';
import { newerNodes } from './real-parts/node.ts';
import type { RealPart } from './table.ts';

/** Every real part, in the order of docs/fidelity.md. Who adds a fidelity test adds its part here. */
export const parts: readonly RealPart[] = [
  // One a line.
  metadataMock,
  serviceModel,
  moto,
  sdk,
  runnerExchanges,
  runnerMetrics,
  sdkCredentials,
  moduleCredentials,
  oldest,
  newest,
  amazonAws,
  ...newerNodes,
];
