/** A scan or restore ends within a second of work after a cancellation, at any point, and no file is half written; what it says of its progress only grows. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ProgressPhase, restoreHealth as restoreMethod, scanHealth as scanMethod } from '@dismts/protocol';
import { expand } from '../../../sidecar/src/componentStore/compressed.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { Breather } from '../../../sidecar/src/breather.ts';
import { CancellableFiles } from '../../../sidecar/src/imageFiles/cancellableFiles.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import type { ImageFiles } from '../../../sidecar/src/imageFiles/imageFiles.ts';
import { restoreHealth, scanHealth } from '../../../sidecar/src/engine/portable/operations/health.ts';
import { cpuTimeMs } from '../../helpers/cpuTime.ts';
import { testContext, type TestContext } from '../../helpers/operationContext.ts';
import { type DamageCase, damageCases } from '../../helpers/store/damage.ts';
import { restore, useStateIn } from '../../helpers/store/healthRun.ts';
import { encodeDcn } from '../../helpers/store/pa30Encoder.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { makeStore } from '../../helpers/store/syntheticImage.ts';
import { listTree, treeDifferences } from '../../helpers/store/treeComparison.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** What the issue that asks for all this allows, in time of the processor: how long other programs keep it from us says nothing. */
const allowedMs = 1000;

const store = await makeStore();
const cases = damageCases(store);

type Operation = 'scan' | 'restore';

interface Scene {
  readonly image: string;
  readonly source: string;
  /** What may be lost and left over. */
  readonly damage: readonly DamageCase[];
}

/** An image with damage of all kinds, as far as the places of it are not the same, and a pristine source. */
function makeScene(): Scene {
  const folder = tempFolder();
  useStateIn(folder);
  const [image, source] = [join(folder, 'image'), join(folder, 'source')];
  store.tree.write(image);
  store.tree.write(source);
  const touched = new Set<string>();
  const random = seededRandom(1);
  const damage = cases.toSorted(() => random() - 0.5).filter(({ touches }) => {
    if (touches.some((path) => touched.has(path))) { return false; }
    for (const path of touches) { touched.add(path); }
    return true;
  });
  for (const { apply } of damage) { apply(image); }
  return { image, source, damage };
}

function differencesOf({ image, damage }: Scene): string[] {
  return treeDifferences(store, image, {
    strays: damage.flatMap(({ strays }) => strays), lost: damage.flatMap(({ lost }) => lost), kept: damage.flatMap(({ kept }) => kept),
  });
}

/** Runs an operation that `arrange` may cancel; how long the cancellation took to be heard, or undefined where it came too late. */
async function runCancelled(
  operation: Operation, { image, source }: Scene, arrange: (context: TestContext, cancel: () => void) => OperationContext,
): Promise<number | undefined> {
  const controller = new AbortController();
  let cancelledAt = Infinity;
  const context = arrange(testContext(operation, { signal: controller.signal }), () => {
    if (!controller.signal.aborted) {
      cancelledAt = cpuTimeMs();
      controller.abort();
    }
  });
  const work = operation === 'scan' ? scanHealth(scanMethod.params.parse({ path: image }), context)
    : restoreHealth(restoreMethod.params.parse({ path: image, sources: [source] }), context);
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  if (error === undefined) { return undefined; }
  expect(error).toMatchObject({ symbol: 'ERROR_CANCELLED' });
  return cpuTimeMs() - cancelledAt;
}

/** No file is half a file: content that differs did so before. */
function expectNothingHalfDone(scene: Scene, before: readonly string[]): void {
  const contents = (differences: readonly string[]): string[] => differences.filter((text) => / has other content$| is missing$/.test(text));
  const bad = new Set(contents(before));
  expect(contents(differencesOf(scene)).filter((text) => !bad.has(text))).toEqual([]);
  expect(listTree(scene.image).filter((path) => path.includes('.dismts-'))).toEqual([]);
}

async function expectRepairable(scene: Scene): Promise<void> {
  expect(await restore(scene.image, [scene.source])).toMatchObject({ imageHealthState: 'Healthy', failure: null });
  expect(differencesOf(scene)).toEqual([]);
}

describe('a cancelled', () => {
  const phases: readonly (readonly [Operation, ProgressPhase])[] = [
    ...(['Checking manifests', 'Checking files', 'Checking packages'] as const).flatMap((phase) => [['scan', phase], ['restore', phase]] as const), ['restore', 'Repairing'],
  ];

  it.each(phases)('%s stops at the first word of "%s"', async (operation, phase) => {
    const scene = makeScene();
    const before = differencesOf(scene);
    const took = await runCancelled(operation, scene, (context, cancel) => ({ ...context, progress: (current) => { if (current === phase) { cancel(); } } }));
    expect(took).toBeLessThan(allowedMs);
    expectNothingHalfDone(scene, before);
    await expectRepairable(scene);
  });

  it('scan stops before it has read a hive, and an operation that was cancelled before it began does nothing', async () => {
    const scene = makeScene();
    for (const operation of ['scan', 'restore'] as const) {
      const took = await runCancelled(operation, scene, (context, cancel) => {
        cancel();
        return context;
      });
      expect(took).toBeLessThan(allowedMs);
    }
  });

  it('restore stops after any repair', async () => {
    const scene = makeScene();
    let cancellations = 0;
    // Each run repairs one thing and is cancelled, until there is nothing left to repair.
    for (let run = 0; run < 200; run++) {
      const before = differencesOf(scene);
      const took = await runCancelled('restore', scene, (context, cancel) => ({
        ...context, log: { ...context.log, info: (text) => { if (text.includes('(Fixed)')) { cancel(); } } },
      }));
      expectNothingHalfDone(scene, before);
      if (took === undefined) { break; }
      cancellations++;
      expect(took).toBeLessThan(allowedMs);
    }
    expect(cancellations).toBeGreaterThan(10);
    expect(differencesOf(scene)).toEqual([]);
  });

  it.each([1, 2, 3])('restore stops at moments of seed %i', async (seed) => {
    const random = seededRandom(seed);
    const measured = makeScene();
    const started = performance.now();
    await expectRepairable(measured);
    const wholeMs = performance.now() - started;
    const scene = makeScene();
    for (let run = 0; run < 12; run++) {
      const before = differencesOf(scene);
      let timer: NodeJS.Timeout | undefined;
      const took = await runCancelled('restore', scene, (context, cancel) => {
        timer = setTimeout(cancel, random() * wholeMs);
        return context;
      });
      clearTimeout(timer);
      if (took !== undefined) { expect(took).toBeLessThan(allowedMs); }
      expectNothingHalfDone(scene, before);
    }
    await expectRepairable(scene);
  });
});

describe('what takes long', () => {
  it('work that waits for nothing lets a cancellation in all the same', async () => {
    const controller = new AbortController();
    const breather = new Breather();
    const started = cpuTimeMs();
    const timer = setTimeout(() => { controller.abort(); }, 1);
    const work = async (): Promise<void> => {
      // Steps as short as those of a scan of thousands of files that are not there.
      while (cpuTimeMs() - started < allowedMs) { await breather.breathe(controller.signal); }
    };
    await expect(work()).rejects.toMatchObject({ name: 'AbortError' });
    clearTimeout(timer);
    expect(cpuTimeMs() - started).toBeLessThan(allowedMs / 2);
  });

  it('a delta of some megabytes can be cancelled while it is expanded', async () => {
    const delta = encodeDcn(Buffer.from(Array.from({ length: 150_000 }, (_, line) => `line ${line * 7919 % 100_003} of a text, ${line}\n`).join('')));
    const controller = new AbortController();
    const expanding = expand(delta, [], { maxBytes: 1e9, signal: controller.signal });
    await setImmediate();
    controller.abort();
    await expect(expanding).rejects.toBe(controller.signal.reason);
  });

  it('a file that is written is taken back where it is cancelled', async () => {
    const folder = tempFolder();
    const controller = new AbortController();
    const image = new WritableFolderImage(folder, () => { controller.abort(); });
    const old = Buffer.from('what was there before');
    writeFileSync(join(folder, 'large.bin'), old);
    try {
      await expect(image.replace('large.bin', Buffer.alloc(40_000_000, 'new '), { verify: () => undefined, signal: controller.signal })).rejects.toBe(controller.signal.reason);
    } finally {
      await image.close();
    }
    expect(listTree(folder)).toEqual(['large.bin']);
    expect(readFileSync(join(folder, 'large.bin'))).toEqual(old);
  });

  it('a disk that never answers is not waited for', async () => {
    const never = new Promise<never>(() => undefined);
    const dead: ImageFiles = {
      hasOrder: false, description: 'dead', read: () => never, readHead: () => never, list: () => never, stat: () => never, digest: () => never, close: () => never,
    };
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const files = new CancellableFiles(dead, controller.signal);
    const readings = [files.read('a'), files.readHead('a', 4), files.list('a'), files.digest('a', 'sha256')].map((reading) => expect(reading).rejects.toBe(reason));
    controller.abort(reason);
    await Promise.all(readings);
    await expect(files.read('b')).rejects.toBe(reason);
    await expect(new Breather().breathe(controller.signal)).rejects.toBe(reason);
  });
});

describe('progress', () => {
  /** Phases in the order in which they came, after a check that each only grows to a total that stays. */
  function phasesOf({ progressValues }: TestContext): ProgressPhase[] {
    const phases: ProgressPhase[] = [];
    let last: TestContext['progressValues'][number] | undefined;
    for (const value of progressValues) {
      if (value.phase === last?.phase) {
        expect(value.total).toBe(last.total);
        expect(value.current).toBeGreaterThanOrEqual(last.current);
      } else {
        if (last !== undefined) { expect(last.current).toBe(last.total); }
        phases.push(value.phase);
      }
      expect(value.current).toBeLessThanOrEqual(value.total);
      last = value;
    }
    expect(last?.current).toBe(last?.total);
    return phases;
  }

  const sizeOf = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + store.tree.read(path).length, 0);

  it('of a scan counts the bytes of what is read, and each phase comes once', async () => {
    const folder = tempFolder();
    useStateIn(folder);
    store.tree.write(join(folder, 'image'));
    const context = testContext('scan');
    await scanHealth(scanMethod.params.parse({ path: join(folder, 'image') }), context);
    expect(phasesOf(context)).toEqual(['Checking manifests', 'Checking files', 'Checking packages']);
    const totals = new Map(context.progressValues.map(({ phase, total }) => [phase, total]));
    expect(totals.get('Checking manifests')).toBe(sizeOf(store.components.map(({ manifestPath }) => manifestPath)));
    expect(totals.get('Checking packages')).toBe(sizeOf(Object.values(store.packages).flatMap(({ mumPath, catalogPath, storeCatalogPath }) => [mumPath, catalogPath, storeCatalogPath])));
    const payload = store.tree.paths().filter((path) => store.components.some(({ keyform }) => path.startsWith(`Windows/WinSxS/${keyform}/`)));
    expect(totals.get('Checking files')).toBe(sizeOf(payload));
  });

  it('of a restore never goes back, though what was repaired is scanned again', async () => {
    const { image, source } = makeScene();
    rmSync(join(image, store.byName.core.manifestPath), { force: true });
    const context = testContext('restore');
    await restoreHealth(restoreMethod.params.parse({ path: image, sources: [source] }), context);
    expect(phasesOf(context)).toEqual(['Checking manifests', 'Checking files', 'Checking packages', 'Repairing']);
  });
});
