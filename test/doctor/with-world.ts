import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { type DoctorWorld, doctorWorld } from './world.ts';

/** Uses a world of its own and closes it, however the test ends. */
export async function withWorld(
  use: (world: DoctorWorld) => Promise<void>,
  group?: Partial<SandboxOptions['group']>,
): Promise<void> {
  const world = await doctorWorld(group);
  try {
    await use(world);
  } finally {
    await world.close();
  }
}
