import { createRequire } from 'node:module';
import type { RealPart } from '../table.ts';

const installed = createRequire(import.meta.url)('@aws-sdk/client-auto-scaling/package.json') as {
  version: string;
};

/** How each gets at the role of the instance, and what it does when AWS refuses its keys or its time. */
const rows = ['keys from the metadata', 'keys that expire', 'keys that AWS refuses', 'a wrong clock'];

export const sdkCredentials: RealPart = {
  name: 'AWS SDK for JavaScript, credentials',
  version: installed.version,
  row: 'case',
  rows,
};

export const moduleCredentials: RealPart = {
  name: 'botocore in the playbooks’ modules, credentials',
  version: 'as Ansible’s Python has it',
  row: 'case',
  rows,
};
