import { once } from 'node:events';
import { openCloud } from './cloud.ts';

// Boots two hosts, prints the pids of the cloud's holder and of their systemds, and closes them when its input ends.
const cloud = await openCloud();
const hosts = ['one', 'two'].map((name) => cloud.addHost({ name }));
await Promise.all(hosts.map((host) => host.boot()));
process.stdout.write(`${[cloud.holder, ...hosts.map(({ pid }) => pid)].join(' ')}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await cloud.close();
