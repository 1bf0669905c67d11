/** Changes virtual disks at random and reads the result: each has to end in a value or a typed error, soon, and never outside of the disk. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type ByteSource, PartSource } from '../../sidecar/src/disk/byteSource.ts';
import { crc32c } from '../../sidecar/src/disk/crc32c.ts';
import { decompressUnit } from '../../sidecar/src/disk/ntfs/lznt1.ts';
import { BadRecord } from '../../sidecar/src/disk/ntfs/record.ts';
import { readNtfsState } from '../../sidecar/src/disk/ntfs/volumeState.ts';
import { readPartitions } from '../../sidecar/src/disk/partitions.ts';
import { readVirtualDisk } from '../../sidecar/src/disk/virtualDisk.ts';
import { volumeSignature } from '../../sidecar/src/disk/volume.ts';
import { DismError } from '../../sidecar/src/errors.ts';
import { NtfsImage } from '../../sidecar/src/imageFiles/ntfsFiles.ts';
import { cpuTimeMs } from './cpuTime.ts';
import { diskFile, guidBytes, mbrDisk, ntfsBytes, windowsDisk } from './disks.ts';
import { MemorySource } from './memorySource.ts';
import { seededRandom } from './store/seededRandom.ts';
import { below, type FuzzResult, mutateInPlace, type Random } from './wimFuzz.ts';
import { pseudoRandom, type Tree } from './wims.ts';

const [KiB, MiB] = [1024, 1024 ** 2];
const maxMs = 3000;

/** Part of a file that is changed, and what makes its checksums right again. */
interface Region {
  readonly begin: number;
  readonly length: number;
  readonly seal?: (data: Buffer) => void;
}

/** A source that would tell if it were asked for what it has not. */
class GuardedSource extends MemorySource {
  protected override async readInside(position: number, length: number): Promise<Buffer> {
    if (position < 0 || position + length > this.size) { throw new Error(`read outside: ${length} bytes at ${position}`); }
    return await super.readInside(position, length);
  }
}

/** Everything that is read of an NTFS volume before and while it is mounted. */
async function readVolume(source: ByteSource): Promise<void> {
  if (volumeSignature(await source.read(0, Math.min(512, source.size))) !== 'NTFS') { return; }
  const image = await NtfsImage.open(source, 'a volume');
  let trouble: unknown;
  /** One damaged file hides none of the others. */
  const tried = async (step: () => Promise<unknown>): Promise<void> => {
    try { await step(); } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      trouble = error;
    }
  };
  await tried(async () => await readNtfsState(image.volume));
  const names: string[] = [];
  await tried(async () => { names.push(...await image.list('')); });
  for (const name of [...names.slice(0, 20), 'Windows/System32/config/SYSTEM', 'packed.txt', 'folder/file 30.txt', '$MFT', '$Bitmap']) {
    await tried(async () => await image.stat(name));
    await tried(async () => await image.readHead(name, 70_000));
    await tried(async () => await image.list(name));
  }
  await tried(async () => await image.digest('large.bin', 'sha1'));
  if (trouble !== undefined) { throw trouble as Error; }
}

async function readDisk(source: ByteSource): Promise<void> {
  const { content, logicalSectorBytes } = await readVirtualDisk(source);
  if (content === undefined) { return; }
  const { partitions } = await readPartitions(content, logicalSectorBytes);
  for (const { start, length } of partitions) { await readVolume(new PartSource(content, start, length)); }
}

function sealVhdFooter(data: Buffer, at: number, length: number, checksumAt: number): void {
  const part = data.subarray(at, at + length);
  part.writeUInt32BE(0, checksumAt);
  part.writeUInt32BE(~part.reduce((sum, byte) => sum + byte, 0) >>> 0, checksumAt);
}

function sealGpt(data: Buffer): void {
  for (const sector of [1, data.length / 512 - 1]) {
    const header = data.subarray(sector * 512, sector * 512 + 92);
    const [table, bytes] = [Number(header.readBigUInt64LE(72)) * 512, header.readUInt32LE(80) * header.readUInt32LE(84)];
    if (table + bytes <= data.length) { header.writeUInt32LE(crc32(data.subarray(table, table + bytes)), 88); }
    header.writeUInt32LE(0, 16);
    header.writeUInt32LE(crc32(header), 16);
  }
}

/** Puts the stamps of a record back, which a change would nearly always tear. */
function sealRecord(at: number, bytes: number): (data: Buffer) => void {
  return (data) => {
    const [offset, count] = [data.readUInt16LE(at + 4), data.readUInt16LE(at + 6)];
    if (offset + count * 2 > bytes) { return; }
    for (let index = 1; index < count && index * 512 <= bytes; index++) { data.copy(data, at + index * 512 - 2, at + offset, at + offset + 2); }
  };
}

interface Target {
  readonly name: string;
  readonly share: number;
  readonly data: Buffer;
  readonly regions: readonly Region[];
  readonly read: (source: ByteSource) => Promise<unknown>;
}

function vhdRegions(data: Buffer): Region[] {
  const [end, table] = [data.length - 512, Number(data.readBigUInt64BE(512 + 16))];
  return [
    { begin: end, length: 512, seal: (whole) => { sealVhdFooter(whole, end, 512, 64); } },
    { begin: 512, length: 96, seal: (whole) => { sealVhdFooter(whole, 512, 1024, 36); } }, { begin: table, length: 64 },
  ];
}

function vhdxRegions(data: Buffer): Region[] {
  const regions = data.subarray(192 * KiB, 256 * KiB);
  const find = (guid: string) => Number(regions.readBigUInt64LE(regions.indexOf(guidBytes(guid)) + 16));
  const [metadata, table] = [find('8B7CA206-4790-4B9A-B8FE-575F050F886E'), find('2DC27766-F623-4200-9D64-115E9BFD4A08')];
  const sealed = (begin: number, length: number, bytes: number): Region =>
    ({ begin, length, seal: (whole) => { whole.writeUInt32LE(crc32c(whole.subarray(begin, begin + bytes), 4), begin + 4); } });
  return [
    sealed(64 * KiB, 128, 4 * KiB), sealed(128 * KiB, 128, 4 * KiB), sealed(192 * KiB, 96, 64 * KiB), sealed(256 * KiB, 96, 64 * KiB),
    { begin: metadata, length: 240 }, { begin: metadata + 64 * KiB, length: 64 }, { begin: table, length: 256 },
  ];
}

function ntfsRegions(volume: Buffer): Region[] {
  const clusterBytes = volume.readUInt16LE(11) * volume.readUInt8(13);
  const mft = Number(volume.readBigUInt64LE(48)) * clusterBytes;
  const regions: Region[] = [{ begin: 0, length: 90 }];
  for (const [mark, bytes] of [['FILE', 1024], ['INDX', 4096]] as const) {
    for (let at = 0; at < volume.length; at += 1024) {
      if (volume.toString('latin1', at, at + 4) !== mark || (mark === 'FILE' && at < mft)) { continue; }
      regions.push({ begin: at, length: mark === 'FILE' ? 420 : 600, seal: sealRecord(at, bytes) });
    }
  }
  // The records that everything depends on, more often than the rest.
  const first = [0, 3, 5].map((record) => ({ begin: mft + record * 1024, length: 420, seal: sealRecord(mft + record * 1024, 1024) }));
  return [...regions, ...first, ...first, ...first];
}

async function makeTargets(folder: string): Promise<Target[]> {
  const tree: Tree = {
    'large.bin': pseudoRandom(60_000, 7), 'Windows/System32/config/SYSTEM': 'x'.repeat(20_000), 'small.txt': 'small', 'packed.txt': 'packed',
    ...Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`folder/file ${index}.txt`, `file ${index}`])),
  };
  const volume = await ntfsBytes(folder, tree, 4);
  const gpt = windowsDisk(volume);
  const mbr = mbrDisk(10 * MiB, [1, 2, 3, 5, 6, 7].map((start) => ({ start: start * MiB, length: start === 7 ? 2 * MiB : MiB / 2, type: 7 })));
  const file = async (kind: 'dynamic.vhd' | 'fixed.vhd' | 'dynamic.vhdx', disk: Buffer) => await readFile(await diskFile(join(folder, kind), disk, kind));
  const [vhd, fixed, vhdx] = [await file('dynamic.vhd', gpt), await file('fixed.vhd', mbr), await file('dynamic.vhdx', gpt)];
  const chain = [5, 6, 7].map((start) => ({ begin: start * MiB - 64 * 512 + 446, length: 66 }));
  const readTable = async (source: ByteSource): Promise<unknown> => await readPartitions(source, 512);
  return [
    { name: 'dynamic VHD', share: 3, data: vhd, regions: vhdRegions(vhd), read: readDisk },
    { name: 'fixed VHD', share: 2, data: fixed, regions: [{ begin: fixed.length - 512, length: 512, seal: (data) => { sealVhdFooter(data, data.length - 512, 512, 64); } }], read: readDisk },
    { name: 'VHDX', share: 6, data: vhdx, regions: vhdxRegions(vhdx), read: readDisk },
    {
      name: 'GPT', share: 5, data: gpt, read: readTable,
      regions: [
        ...([[512, 92], [1024, 640], [gpt.length - 512, 92]] as const).map(([begin, length]) => ({ begin, length, seal: sealGpt })), { begin: 446, length: 66 },
      ],
    },
    { name: 'MBR', share: 4, data: mbr, regions: [{ begin: 446, length: 66 }, ...chain], read: readTable },
    { name: 'NTFS', share: 12, data: volume, regions: ntfsRegions(volume), read: readVolume },
  ];
}

/** A unit of compressed chunks that is no such thing, for the most part. */
function readUnit(random: Random): void {
  const data = Buffer.from(Array.from({ length: 200 + below(random, 4000) }, () => below(random, 256)));
  for (let at = 0; at + 2 <= data.length;) {
    const length = 1 + below(random, 400);
    data.writeUInt16LE(0xb000 | length - 1, at);
    at += 2 + length;
  }
  decompressUnit(data, 65_536);
}

/** Reads so many changed disks. @throws What is no DismError, with the number of the mutation; also where one takes too long. */
export async function fuzzDisks(folder: string, seed: number, mutations: number, onProgress: (done: number) => void = () => undefined): Promise<FuzzResult> {
  const targets = (await makeTargets(folder)).map((target) => ({ ...target, work: Buffer.from(target.data) }));
  const order = targets.flatMap((target) => Array.from({ length: target.share }, () => target));
  const random = seededRandom(seed);
  const read: Record<string, number> = {};
  let slowestMs = 0;
  for (const { name, data, read: reader } of targets) {
    // What is not changed can be read, or all this would prove nothing.
    await reader(new GuardedSource(data)).catch((error: unknown) => { throw new Error(`${name} cannot be read unchanged: ${String(error)}`, { cause: error }); });
  }
  for (let done = 0; done < mutations; done++) {
    const target = order[below(random, order.length)];
    if (target === undefined) { continue; }
    const own = seededRandom(below(random, 2 ** 32));
    const { name, data, work, regions } = target;
    const before = cpuTimeMs();
    const changed = Array.from({ length: own() < 0.8 ? 1 : 2 }, () => regions[below(own, regions.length)]).filter((region) => region !== undefined);
    for (const { begin, length } of changed) { mutateInPlace(work, begin, begin + length, own); }
    if (own() < 0.85) { for (const { seal } of changed) { seal?.(work); } }
    const length = own() < 0.03 ? below(own, data.length) : data.length;
    try {
      if (own() < 0.02) { readUnit(own); }
      await target.read(new GuardedSource(work.subarray(0, length)));
      read[name] = (read[name] ?? 0) + 1;
    } catch (error) {
      if (!(error instanceof DismError) && !(error instanceof BadRecord && (error.stack ?? '').includes('readUnit'))) {
        throw new Error(`mutation ${done} of seed ${seed} (${name}): ${String(error)}`, { cause: error });
      }
    }
    // Seals write outside of what was changed, but near it.
    for (const { begin } of changed) { data.copy(work, Math.max(0, begin - 2 * KiB), Math.max(0, begin - 2 * KiB), Math.min(data.length, begin + 68 * KiB)); }
    if (name === 'GPT') { for (const at of [0, data.length - 64 * KiB]) { data.copy(work, at, at, at + 64 * KiB); } }
    const ms = cpuTimeMs() - before;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > maxMs) { throw new Error(`mutation ${done} of seed ${seed} (${name}) took ${Math.round(ms)} ms`); }
    onProgress(done + 1);
  }
  return { mutations, read, slowestMs };
}
