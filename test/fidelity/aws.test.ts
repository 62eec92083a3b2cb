import { afterAll, beforeAll, describe } from 'vitest';
import { startBoto3 } from './aws/boto3.ts';
import { inventoryTests } from './aws/inventory-tests.ts';
import { modelTests } from './aws/model-tests.ts';
import { type Clients, motoTests } from './aws/moto-tests.ts';
import { ruleTests } from './aws/rule-tests.ts';
import { startSdk } from './aws/sdk.ts';
import { startMoto } from './aws/worlds.ts';
import { findAmazonAws } from './real-parts/amazon-aws.ts';
import { findMoto } from './real-parts/moto.ts';

const programs = await findMoto();
const inventory = await findAmazonAws();

// In one file, so that moto is installed once where it is not there yet.
describe.skipIf(programs === null)('the calls of Auto Scaling, EC2, SSM and Secrets Manager', () => {
  let clients: Clients;
  beforeAll(async () => {
    const [boto3, moto] = await Promise.all([startBoto3(programs ?? ''), startMoto(programs ?? '')]);
    clients = { boto3, sdk: startSdk(), moto };
  });
  afterAll(async () => {
    await Promise.all([clients.boto3.close(), clients.sdk.close(), clients.moto.close()]);
  });
  modelTests(() => clients);
  motoTests(() => clients);
  ruleTests(() => clients);
  if (inventory !== null) inventoryTests(() => clients, inventory);
});
