import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { clockOffsetNow, createTimeline } from '../engine/timeline.ts';
import { ScalingGroup } from './autoscaling/group.ts';
import type { GroupInstance } from './autoscaling/model.ts';
import { startAwsServer } from './aws-server.ts';
import { startControl } from './control.ts';
import { Faults } from './faults.ts';
import { freePort } from './free-port.ts';
import { createGitlab } from './gitlab/gitlab.ts';
import type { HttpService } from './http.ts';
import { EventLog } from './log.ts';
import { startMetadataServer } from './metadata/server.ts';
import { newView } from './metadata/view.ts';
import { createPower, powerOff, reboot } from './power.ts';
import { RoleCredentials } from './role-credentials.ts';
import type { RunningInstance, Sandbox, SandboxOptions } from './sandbox-interface.ts';
import type { StoredSecrets } from './stored-secrets.ts';

export type {
  InterruptionOptions,
  RunningInstance,
  Sandbox,
  SandboxNetwork,
  SandboxOptions,
} from './sandbox-interface.ts';

/** Everything that Drover talks to, in this process, on loopback or on the network that is given. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const region = options.region ?? 'us-east-1';
  mkdirSync(options.dir, { recursive: true });
  const clock: Clock = createTimeline(clockOffsetNow());
  const log = new EventLog(clock, join(options.dir, 'events.ndjson'));
  const faults = new Faults();
  const stored: StoredSecrets = { parameters: new Map(), secrets: new Map() };
  const credentials = new RoleCredentials(clock, options.credentials);
  let awsAhead = 0;
  const instances = new Map<string, RunningInstance>();
  const services: HttpService[] = [];
  const metadataOf = new Map<string, HttpService>();
  const pending = new Set<Promise<void>>();
  const timers: (() => void)[] = [];
  const later = (ms: number, act: () => void) => void timers.push(clock.setTimer(clock.now() + ms, act));
  const track = (work: Promise<void>) => {
    const settled = work
      .catch((error: Error) => void log.append({ service: 'sandbox', kind: 'error', message: error.message }))
      .finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const tracked = (work: Promise<void>) => {
    track(work);
    return work;
  };

  const gitlab = createGitlab({ clock, log, faults, ...options.gitlab });
  const { network } = options;
  await gitlab.start(options.ports?.gitlab, network?.gitlab);
  const targets = new Map<string, string>();
  const booted = new Map<string, Promise<void>>();
  const power = createPower({
    host: options.host,
    log,
    urls: () => ({ awsUrl: aws.url, gitlabUrl: gitlab.url }),
  });
  const group = new ScalingGroup({
    clock,
    log,
    spec: options.group,
    region,
    addressOf: (id) => network?.addressOf(id) ?? '127.0.0.1',
    target(instance, target) {
      const tell = () => {
        targets.set(instance.id, target);
        const running = instances.get(instance.id);
        if (running !== undefined) running.view.target = target;
      };
      const delay = options.propagationDelay ?? 0;
      if (delay === 0) tell();
      else later(delay, tell);
    },
    boot(instance) {
      const booting = boot(instance);
      booted.set(
        instance.id,
        booting.catch(() => {}),
      );
      track(booting);
    },
    shutDown: async ({ id }) => {
      await booted.get(id);
      const running = instances.get(id);
      if (running !== undefined) await power.shutDown(running, 'poweroff');
    },
    start({ id }) {
      const running = instances.get(id);
      if (running !== undefined) track(power.start(running));
    },
    powerOff(instance) {
      const running = instances.get(instance.id);
      if (running !== undefined) track(options.host.powerOff(running));
      track(metadataOf.get(instance.id)?.close() ?? Promise.resolve());
    },
  });
  const aws = await startAwsServer({
    group,
    stored,
    region,
    log,
    faults,
    keys: credentials,
    now: () => clock.wall() + awsAhead,
    port: options.ports?.aws,
    open: network?.aws,
  });
  services.push(aws);
  const viewFrom = (address: string) =>
    [...instances.values()].find((one) => one.address === address)?.view ?? null;
  const shared =
    network && (await startMetadataServer({ clock, log, faults, view: viewFrom, open: network.metadata }));
  if (shared) services.push(shared);

  async function boot(instance: GroupInstance): Promise<void> {
    const view = newView(instance, {
      region,
      lifeCycle: group.lifeCycle,
      credentials: () => credentials.of(instance.id),
    });
    const metadata = shared ?? (await startMetadataServer({ clock, log, faults, view: () => view }));
    if (!shared) metadataOf.set(instance.id, metadata);
    const running: RunningInstance = {
      id: instance.id,
      dir: join(options.dir, 'instances', instance.id),
      metadataUrl: metadata.url,
      address: instance.address,
      metricsPort: await freePort(),
      view,
    };
    view.target = targets.get(instance.id) ?? null;
    instances.set(instance.id, running);
    mkdirSync(running.dir, { recursive: true, mode: 0o700 });
    await options.host.boot(running, { awsUrl: aws.url, gitlabUrl: gitlab.url });
    if (!group.instances.has(instance.id)) {
      await Promise.all([options.host.powerOff(running), metadataOf.get(instance.id)?.close()]);
    }
  }

  const existing = (id: string): RunningInstance => {
    const running = instances.get(id);
    if (running === undefined) throw new Error(`the sandbox has no instance ${id}`);
    return running;
  };

  const sandbox: Omit<Sandbox, 'controlUrl'> = {
    awsUrl: aws.url,
    gitlabUrl: gitlab.url,
    autoscaling: group,
    gitlab,
    stored,
    credentials,
    faults,
    log,
    instances,
    setAwsClock(ahead) {
      awsAhead = ahead;
    },
    interrupt(id, { action = 'terminate', inSeconds = 120, hook = 'with-notice' } = {}) {
      const { view } = existing(id);
      view.interruption = { action, time: clock.wall() + inSeconds * 1000 };
      log.append({
        service: 'ec2',
        kind: 'state',
        subject: 'instance',
        instanceId: id,
        state: 'interruption',
        action,
        inSeconds,
      });
      if (hook === 'with-notice') group.beginTermination(id);
      if (typeof hook === 'number') later(hook * 1000, () => group.beginTermination(id));
      later(inSeconds * 1000, () => group.lost(id));
    },
    rebalance(id) {
      existing(id).view.rebalance = clock.wall();
    },
    scheduleMaintenance(id, event) {
      const { view } = existing(id);
      view.maintenance = [...view.maintenance.filter((other) => other.id !== event.id), event];
    },
    reboot: (id) => tracked(reboot(power, group, existing(id))),
    powerOff: (id) => tracked(powerOff(power, group, existing(id))),
    async close() {
      group.close();
      for (const cancel of timers) cancel();
      await Promise.all(pending);
      await Promise.all([...instances.values()].map((instance) => options.host.powerOff(instance)));
      await Promise.all([
        ...[...services, ...metadataOf.values()].map((service) => service.close()),
        gitlab.close(),
      ]);
    },
  };
  const control = await startControl(sandbox, options.ports?.control);
  services.push(control);
  group.start();
  return Object.assign(sandbox, { controlUrl: control.url });
}
