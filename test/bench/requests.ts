/** What a request costs beside the work it asks for, and what starting the sidecar costs. */
import { frame, type FramePeer } from './framePeer.ts';
import { pairedTimes, type Row, time } from './measure.ts';
import type { Workbench } from './workbench.ts';

const ping = frame({ jsonrpc: '2.0', id: 1, method: 'error/resolve', params: { code: -2147024894 } });
const batch = 200;

/** One warm request that needs no work, against the echo of the same bytes. */
export async function measureRequests(bench: Workbench): Promise<Row[]> {
  const [sidecar, echo] = [await bench.startSidecar(), bench.startEcho()];
  const exchangeBatch = async (peer: FramePeer): Promise<void> => {
    for (let count = 0; count < batch; count++) { await peer.exchange(ping); }
  };
  const pairs = await pairedTimes(bench.rounds(20), async () => { await exchangeBatch(sidecar); }, async () => { await exchangeBatch(echo); });
  await bench.end(sidecar);
  await bench.end(echo);
  const each = (figures: readonly number[]): number[] => figures.map((ms) => ms / batch);
  return [{ name: 'warm request', unit: 'ms', ours: each(pairs.ours), peerName: 'echo of node -e', peer: each(pairs.peer) }];
}

/** From the start of the process to its first answer. */
export async function measureStart(bench: Workbench): Promise<Row[]> {
  const [ours, peer]: [number[], number[]] = [[], []];
  for (let round = 0; round <= bench.rounds(15); round++) {
    let sidecar: FramePeer | undefined;
    const own = await time(async () => { sidecar = await bench.startSidecar(); });
    if (sidecar !== undefined) { await bench.end(sidecar); }
    let echo: FramePeer | undefined;
    const other = await time(async () => {
      echo = bench.startEcho();
      await echo.exchange(ping);
    });
    if (echo !== undefined) { await bench.end(echo); }
    if (round === 0) { continue; }
    ours.push(own);
    peer.push(other);
  }
  return [{ name: 'start of the sidecar', unit: 'ms', ours, peerName: 'echo of node -e', peer }];
}
