import type { EC2Client } from '@aws-sdk/client-ec2';
import { type AwsApi, type AwsApiOptions, createAwsApi } from './api.ts';

export type Ec2Api = AwsApi<EC2Client, typeof import('./sdk-ec2.ts')>;

/** The EC2 API. */
export const createEc2 = (options: AwsApiOptions): Ec2Api =>
  createAwsApi(
    options,
    () => import('./sdk-ec2.ts'),
    (sdk, config) => new sdk.EC2Client(config),
  );
