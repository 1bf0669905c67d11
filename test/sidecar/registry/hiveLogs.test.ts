/** Replaying the logs of hives that were not closed. Real ones, which Windows has recovered, were compared byte for byte; they are no part of this. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { EditableHive } from '../../../sidecar/src/registry/editableHive.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { replayLogs } from '../../../sidecar/src/registry/hiveLogs.ts';
import { marvin32 } from '../../../sidecar/src/registry/marvin32.ts';
import { flatten, flattenByHivexml } from '../../helpers/store/flattenHive.ts';
import { dirtyHive, newLog, oldLog } from '../../helpers/store/hiveLogWriter.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { seededRandom } from '../../helpers/store/seededRandom.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** Hives, each made from the one before it. */
function steps(count: number): Buffer[] {
  const root = new KeyBuilder();
  for (let index = 0; index < 300; index++) { root.key('Keys').subkey(`Key ${index}`).dword('n', index); }
  const hives = [writeHive(root)];
  for (let step = 1; step <= count; step++) {
    const hive = EditableHive.parse(hives.at(-1) ?? Buffer.alloc(0), 'SYSTEM');
    for (let index = 0; index < 100; index++) { hive.createKey(`Step ${step}\\Key ${index}`).setValue('v', { type: 3, data: Buffer.alloc(50, step) }); }
    hive.removeKey(`Keys\\Key ${step}`);
    hives.push(hive.toFile());
  }
  return hives;
}

const [first, second, third, fourth] = steps(3) as [Buffer, Buffer, Buffer, Buffer];
const bins = (hive: Buffer | undefined): string | undefined => hive?.toString('latin1', 4096);

function failure(action: () => unknown): number | undefined {
  try { action(); } catch (error) { if (error instanceof DismError) { return error.hresult; } throw error; }
  return undefined;
}

describe('marvin32()', () => {
  it('is the hash of a genuine log entry', () => {
    // The head of an entry as Windows 10 wrote it, and the hash behind it.
    const head = Buffer.from('48764c45003e0000010000003b0800000030bd0003000000c4812cbea1b6704b', 'hex');
    expect(marvin32(head).toString(16)).toBe('dd88c5d7df48f30a');
  });
});

describe('replayLogs()', () => {
  it('does nothing to a hive that was closed, whatever its logs hold', () => {
    expect(replayLogs(second, [newLog([first, third], 100)], 'SYSTEM')).toBeUndefined();
  });

  it('replays entries that are in one log or spread over two, in any order', () => {
    const dirty = dirtyHive(first, 20);
    const one = replayLogs(dirty, [newLog([first, second, third, fourth], 20)], 'SYSTEM');
    expect([one?.entries, bins(one?.file)]).toEqual([3, bins(fourth)]);
    const two = replayLogs(dirty, [newLog([third, fourth], 22), newLog([first, second, third], 20)], 'SYSTEM');
    expect([two?.entries, bins(two?.file)]).toEqual([3, bins(fourth)]);
    const file = join(tempFolder(), 'hive');
    writeFileSync(file, one?.file ?? '');
    expect(flattenByHivexml(file)).toEqual(flatten(Hive.parse(fourth, 'SYSTEM').root));
    // No entry continues what came of it.
    expect(one?.file.readUInt32LE(4)).toBe(23);
    expect(replayLogs(one?.file ?? Buffer.alloc(0), [newLog([first, second], 20)], 'SYSTEM')).toBeUndefined();
  });

  it('stops at the first entry that is damaged or does not follow', () => {
    const log = newLog([first, second, third, fourth], 20);
    const secondEntry = 512 + log.readUInt32LE(512 + 4);
    const damaged = Buffer.from(log);
    damaged.writeUInt8((damaged[secondEntry + 100] ?? 0) ^ 1, secondEntry + 100);
    expect(bins(replayLogs(dirtyHive(first, 20), [damaged], 'SYSTEM')?.file)?.slice(0, second.length - 4096)).toBe(bins(second));
    expect(bins(replayLogs(dirtyHive(first, 20), [newLog([first, second], 20), newLog([third, fourth], 25)], 'SYSTEM')?.file)).toBe(bins(second));
  });

  it('replays a log of earlier versions where it is of the same time', () => {
    expect(bins(replayLogs(dirtyHive(first, 8), [Buffer.alloc(0), oldLog(first, second, 8)], 'SYSTEM')?.file)).toBe(bins(second));
    const other = writeHive(new KeyBuilder(), { lastWritten: 5n });
    expect(failure(() => replayLogs(dirtyHive(first, 8), [oldLog(other, second, 8)], 'SYSTEM'))).toBe(Hresult.ERROR_FILE_CORRUPT);
  });

  it('takes a damaged base block from the log', () => {
    const dirty = dirtyHive(first, 20);
    dirty.fill(0xee, 0, 512);
    expect(bins(replayLogs(dirty, [newLog([first, second], 20)], 'SYSTEM')?.file)).toBe(bins(second));
  });

  it.each([
    ['there are no logs', []],
    ['they are empty', [Buffer.alloc(0), Buffer.alloc(1024)]],
    ['they end before the hive was written', [newLog([first, second], 3)]],
  ])('refuses where %s', (_, logs) => {
    expect(failure(() => replayLogs(dirtyHive(first, 20), logs, 'SYSTEM'))).toBe(Hresult.ERROR_FILE_CORRUPT);
  });

  it('gives a hive or an error for damaged logs', () => {
    const random = seededRandom(7);
    const log = newLog([first, second, third], 20);
    for (let round = 0; round < 500; round++) {
      const data = Buffer.from(log);
      for (let count = 0; count < 3; count++) { data[Math.floor(random() ** 3 * data.length)] = Math.floor(random() * 256); }
      failure(() => replayLogs(dirtyHive(first, 20), [data], 'SYSTEM'));
    }
  });
});

const realHives = process.env['DISMTS_TEST_HIVES'] ?? '';
describe.skipIf(realHives === '')('replayLogs() with real hives', () => {
  it('makes hives of them that both readers read', () => {
    const names = readdirSync(realHives).filter((name) => existsSync(join(realHives, `${name}.LOG1`)));
    for (const name of names) {
      const path = join(realHives, name);
      const logs = ['.LOG1', '.LOG2'].map((suffix) => `${path}${suffix}`).filter((log) => existsSync(log)).map((log) => readFileSync(log));
      const replayed = replayLogs(readFileSync(path), logs, name);
      if (replayed === undefined) { continue; }
      const file = join(tempFolder(), name);
      writeFileSync(file, replayed.file);
      const paths = (items: ReturnType<typeof flatten>): unknown[] => items.filter((item) => typeof item === 'string');
      expect(paths(flattenByHivexml(file))).toEqual(paths(flatten(Hive.parse(replayed.file, name).root)));
    }
  });
});
