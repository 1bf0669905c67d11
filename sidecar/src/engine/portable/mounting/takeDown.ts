/** Takes down what shows for a mount. */
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { isElevated } from '../../../platform/elevation.ts';
import { formatOf } from '../images/formats.ts';
import type { MountRecord } from '../images/mountRecord.ts';
import { endMount, endServers, killServers } from './serving.ts';
import { lookAt, obstacleTo, type Sight } from './sight.ts';
import type { State } from './state.ts';

/** @throws DismError WIM_E_UNMOUNT_INCOMPLETE: something else is mounted on a mount or in it, or at its folder. */
function requireUncovered(record: MountRecord, sight: Sight): void {
  const obstacle = obstacleTo({ ...sight, elsewhere: [] });
  if (obstacle === undefined) { return; }
  throw new DismError(Hresult.WIM_E_UNMOUNT_INCOMPLETE, `Cannot take "${record.mountPath}" off: ${obstacle}`, {
    target: record.mountPath, hint: 'Unmount that first.',
  });
}

async function takeOff(state: State, record: MountRecord, withCover: boolean): Promise<void> {
  const before = lookAt(state, record);
  requireUncovered(record, before);
  const format = formatOf(record);
  // Where somebody else serves the folder of a user now, and our own program is gone, nothing there is ours.
  const isServedByUs = isElevated() || before.views.length > 0 || record.state === 'mounting';
  // Killed first, so that it ends while its mounts do.
  const areKilled = isServedByUs && format.end === undefined && killServers(state, record);
  await unmountAll(state, record, withCover);
  if (isServedByUs && format.end !== undefined) {
    await format.end(state.generations.folders(record));
    await endServers(state, record);
  }
  if (areKilled) {
    await endServers(state, record, true);
    // One that was just being started may have mounted when it was killed.
    await unmountAll(state, record, withCover);
  }
}

async function unmountAll(state: State, record: MountRecord, withCover: boolean): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds++) {
    const sight = lookAt(state, record);
    requireUncovered(record, sight);
    const [next] = [...sight.roots, ...sight.views, ...withCover && sight.cover !== undefined ? [sight.cover] : [], ...sight.lowers];
    if (next === undefined) { return; }
    await endMount(next, true);
  }
}

/**
 * Takes down whatever of ours shows for a record, or is just about to, also where it is in use. What others mounted stays.
 * @throws DismError WIM_E_UNMOUNT_INCOMPLETE: something else is mounted on it or in it.
 */
export async function takeDown(state: State, record: MountRecord): Promise<void> {
  await takeOff(state, record, true);
}

/** As takeDown(), but for the cover, which keeps others from the folder until the next view is there. */
export async function takeDownView(state: State, record: MountRecord): Promise<void> {
  await takeOff(state, record, false);
}
