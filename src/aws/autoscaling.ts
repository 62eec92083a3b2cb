import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { type AwsApi, type AwsApiOptions, createAwsApi } from './api.ts';

export type AutoScalingApi = AwsApi<AutoScalingClient, typeof import('./sdk.ts')>;

/** The Auto Scaling API. */
export const createAutoScaling = (options: AwsApiOptions): AutoScalingApi =>
  createAwsApi(
    options,
    () => import('./sdk.ts'),
    (sdk, config) => new sdk.AutoScalingClient(config),
  );
