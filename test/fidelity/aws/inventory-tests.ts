import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/config.ts';
import { amazonAws } from '../real-parts/amazon-aws.ts';
import { agrees } from '../table.ts';
import type { Clients } from './moto-tests.ts';
import { GROUP, motoGroup, motoWorld, type World } from './worlds.ts';

/** What `--list` printed; strings that are no templates come wrapped. */
const listed = (stdout: string): Listed =>
  JSON.parse(stdout, (_key, value) => value?.__ansible_unsafe ?? value);

export interface Inventory {
  /** Holds ansible-inventory. */
  programs: string;
  collections: string;
}

interface Listed {
  _meta: { hostvars: Record<string, Record<string, unknown>> };
  [group: string]: { hosts?: string[]; children?: string[] } | Listed['_meta'];
}

/** inventory/aws_ec2.yml on the newest core, with moto for EC2. */
export function inventoryTests(clients: () => Clients, found: Inventory): void {
  describe('inventory/aws_ec2.yml', () => {
    let world: World;
    const named = { AWS_REGION: 'us-east-1', DROVER_GROUP: GROUP };
    const run = (env: Record<string, string>, ...args: string[]) =>
      execa(join(found.programs, 'ansible-inventory'), ['-i', 'inventory/aws_ec2.yml', ...args], {
        cwd: packageRoot(),
        reject: false,
        env: {
          ANSIBLE_CONFIG: 'playbooks/ansible.cfg',
          ANSIBLE_COLLECTIONS_PATH: found.collections,
          ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: '1',
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          AWS_ENDPOINT_URL: clients().moto.endpoint,
          // Unset, whatever the machine has.
          AWS_REGION: undefined,
          DROVER_GROUP: undefined,
          ...env,
        },
      });

    beforeAll(async () => {
      const { boto3, moto } = clients();
      world = await motoWorld(boto3, boto3, moto);
      // Of two more groups' instances and of one that no group has, none may be listed.
      for (const name of [`${GROUP}-2`, 'other']) {
        await made('autoscaling', 'CreateAutoScalingGroup', motoGroup(name, 'us-east-1b'));
      }
      await made('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: GROUP, DesiredCapacity: 2 });
    });
    const made = async (...call: Parameters<World['call']>) => {
      const { error, answer } = await world.call(...call);
      expect(error).toBeNull();
      return answer ?? {};
    };

    test('the collection is the one that is named', () => {
      const manifest = join(found.collections, 'ansible_collections/amazon/aws/MANIFEST.json');
      const { collection_info: info } = JSON.parse(readFileSync(manifest, 'utf8'));
      expect(info.version).toBe(amazonAws.version);
    });

    test('lists the instances of the group and no other, to be reached over SSH, with their groups', async () => {
      const { AutoScalingInstances } = (await made('autoscaling', 'DescribeAutoScalingInstances')) as {
        AutoScalingInstances: { InstanceId: string; AutoScalingGroupName: string }[];
      };
      const ids = AutoScalingInstances.filter((one) => one.AutoScalingGroupName === GROUP)
        .map(({ InstanceId }) => InstanceId)
        .sort();
      expect(ids).toHaveLength(2);
      const { stdout, stderr, exitCode } = await run(named, '--list');
      expect(exitCode, stderr).toBe(0);
      const { _meta: meta, ...groups } = listed(stdout);
      expect(Object.keys(meta.hostvars).sort()).toEqual(ids);
      for (const variables of Object.values(meta.hostvars)) {
        // The variables for the host itself, of group_vars/all.yml, would install on this machine instead.
        expect(variables).toMatchObject({
          ansible_connection: 'ssh',
          ansible_host: expect.stringMatching(/^[\d.]+$/),
          ansible_python_interpreter: 'auto_silent',
        });
        expect(variables.ansible_host).toBe(variables.private_ip_address);
      }
      agrees(amazonAws, 'the hosts', 'the group’s running instances, at their private addresses');
      const hostsOf = (name: string) => (groups[name] as { hosts?: string[] })?.hosts?.sort();
      expect(hostsOf('zone_us_east_1a')).toEqual(ids);
      expect(hostsOf('type_m5_large')).toEqual(ids);
      expect(hostsOf('on_demand')).toEqual(ids);
      expect(hostsOf('spot')).toBeUndefined();
      agrees(amazonAws, 'their groups', 'zone, instance type, lifecycle');
    });

    test('an instance that has been terminated is listed no longer', async () => {
      const id = await world.instance();
      await made('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: id,
        ShouldDecrementDesiredCapacity: true,
      });
      const { stdout } = await run(named, '--list');
      const { _meta: meta } = listed(stdout);
      expect(Object.keys(meta.hostvars)).not.toContain(id);
      agrees(amazonAws, 'the hosts', 'not one that has been terminated');
    });

    test.each(['AWS_REGION', 'DROVER_GROUP'])(
      'without %s it lists nothing, and says what is missing',
      async (name) => {
        const { [name]: _left, ...env } = named as Record<string, string>;
        const { stderr, exitCode } = await run(env, '--graph');
        expect(exitCode).not.toBe(0);
        expect(stderr).toContain(`${name} is not set`);
        agrees(amazonAws, 'what must be named', `without ${name} an error`);
      },
    );
  });
}
