/** Brings up what a mount shows at its folder, and takes it down. */
import type { OperationContext } from '../../../operationContext.ts';
import { imageFormatOf } from '../images/formats.ts';
import { uncancellable } from './mountOperation.ts';
import type { MountRecord } from './record.ts';
import { endServers, serve, stopServing } from './serving.ts';
import { stack, unstack } from './stacking.ts';
import type { State } from './state.ts';

/** Serves a new mount, stacks its changes on it, and records that it stands. */
export async function bringUp(state: State, record: MountRecord, otherParts: readonly string[], context: OperationContext): Promise<void> {
  context.progress('Mounting', 0, 2);
  await serve({ ...record, otherParts }, state, context);
  context.progress('Mounting', 1, 2);
  if (record.mode === 'ReadWrite') {
    state.generations.make(record);
    stack(state, record);
  }
  // From here on it is a mount, so a cancellation comes too late.
  context.signal.throwIfAborted();
  await state.records.write({ ...record, state: 'mounted' });
  context.progress('Mounting', 2, 2);
}

/** Serves a recorded mount again and stacks its changes on it. The folder must be free. */
export async function bringUpAgain(state: State, record: MountRecord, context: OperationContext): Promise<void> {
  const steadfast = uncancellable(context);
  const otherParts = await imageFormatOf().otherParts(record);
  await serve({ ...record, otherParts }, state, steadfast);
  if (record.mode === 'ReadWrite') {
    try {
      stack(state, record);
    } catch (error) {
      await takeDown(state, record);
      throw error;
    }
  }
}

/** Takes down whatever shows at the folder of a record, or is just about to, also where it is in use. */
export async function takeDown(state: State, record: MountRecord): Promise<void> {
  await endServers(state, record);
  await unstack(record, true);
  await stopServing(record.mountPath, true);
}
