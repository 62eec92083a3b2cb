import { beforeAll, describe, expect, test } from 'vitest';
import { moto, sdk as sdkPart, serviceModel } from '../real-parts/moto.ts';
import { agrees, differs } from '../table.ts';
import { type AnyClient, differences, type Told } from './answers.ts';
import { calledOperations } from './called-operations.ts';
import { known, LACKING } from './known-differences.ts';
import { hasSdk } from './sdk.ts';
import { lacking, type Step, steps } from './steps.ts';
import { type MotoServer, motoWorld, sandboxWorld, type World } from './worlds.ts';

export interface Clients {
  boto3: AnyClient;
  sdk: AnyClient;
  moto: MotoServer;
}

const all = [...steps, ...lacking];
const nameOf = ({ operation, about }: Step): string => `${operation} ${about}`;

/** What one world answered to each step, through one client. */
async function played(world: World, wanted: (step: Step) => boolean): Promise<Map<Step, Told>> {
  const told = new Map<Step, Told>();
  try {
    for (const step of all.filter(wanted)) {
      told.set(step, await world.call(step.service, step.operation, await step.params(world)));
    }
  } finally {
    await world.close();
  }
  return told;
}

type Answers = Record<'ours' | 'oursBySdk' | 'theirs' | 'theirsBySdk', Map<Step, Told>>;

/** The same calls of the sandbox and of moto, through boto3 and through the AWS SDK for JavaScript. */
export function motoTests(clients: () => Clients): void {
  let answers: Answers;
  beforeAll(async () => {
    const { boto3, sdk, moto: server } = clients();
    const bySdk = ({ service }: Step) => hasSdk(service);
    answers = {
      ours: await played(await sandboxWorld(boto3), () => true),
      oursBySdk: await played(await sandboxWorld(sdk), bySdk),
      theirs: await played(await motoWorld(boto3, boto3, server), () => true),
      theirsBySdk: await played(await motoWorld(sdk, boto3, server), bySdk),
    };
  });
  const of = (told: Map<Step, Told>, step: Step): Told => {
    const one = told.get(step);
    if (one === undefined) throw new Error(`${nameOf(step)} was not played`);
    return one;
  };
  const used = new Set<string>();

  describe.each(all.map((step) => [nameOf(step), step] as const))('%s', (name, step) => {
    test("the sandbox's answer is what the service's model says", () => {
      const { problems, error } = of(answers.ours, step);
      expect(problems).toEqual([]);
      agrees(serviceModel, step.operation, `${name}: ${error?.code ?? 'answered'}`);
    });

    if (hasSdk(step.service)) {
      test('both clients read the same', () => {
        const [ours, bySdk] = [of(answers.ours, step), of(answers.oursBySdk, step)];
        expect(differences(ours, bySdk)).toEqual([]);
        expect(masked(bySdk.error?.message)).toBe(masked(ours.error?.message));
        expect(differences(of(answers.theirs, step), of(answers.theirsBySdk, step))).toEqual([]);
        agrees(sdkPart, step.operation, name);
      });
    }

    test('moto answers in the same shape, but for what is known', () => {
      const [ours, theirs] = [of(answers.ours, step), of(answers.theirs, step)];
      const found = differences(ours, theirs);
      if (lacking.includes(step)) {
        expect(found).toEqual([expect.stringMatching(LACKING)]);
        const why = 'moto has no such operation: held against the model and the rules of protocols.md';
        return differs(moto, step.operation, name, why);
      }
      const reasons = found.map((what) => {
        const reason = known.find((one) => one.of.test(name) && one.what.test(what));
        return reason?.why ?? `${what}: not in test/fidelity/aws/known-differences.ts`;
      });
      expect(reasons.filter((why) => why.endsWith('known-differences.ts'))).toEqual([]);
      for (const why of new Set(reasons)) {
        used.add(why);
        differs(moto, step.operation, `${name}: ${why}`, why);
      }
      // Of two answers all else is the same; a refusal has nothing else.
      if (reasons.length === 0 || ours.error === null) agrees(moto, step.operation, name);
    });
  });

  test('every operation that Drover or its playbooks call is among these', () => {
    const compared = all.map(({ operation }) => operation);
    expect(calledOperations().filter((operation) => !compared.includes(operation))).toEqual([]);
  });

  test('no difference is listed that is none', () => {
    expect(known.map(({ why }) => why).filter((why) => !used.has(why))).toEqual([]);
  });
}

/** The worlds have instances of their own. */
const masked = (message = ''): string => message.replace(/i-[0-9a-f]{17}/g, 'i-…');
