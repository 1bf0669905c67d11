/** Changes WIM files and parts of them at random and reads the result: each has to end in a value or a typed error, soon, and in little memory. */
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DismError } from '../../sidecar/src/errors.ts';
import { BlobTable } from '../../sidecar/src/wim/blobTable.ts';
import { walk } from '../../sidecar/src/wim/dentry.ts';
import { addImage, changeImage } from '../../sidecar/src/wim/documentChange.ts';
import { FileErrors } from '../../sidecar/src/fileErrors.ts';
import { changedHeader, parseWimHeader, readResourceHeader, wimHeaderBytes } from '../../sidecar/src/wim/header.ts';
import { encodeDocument, imageName, parseDocument, textAt } from '../../sidecar/src/wim/imageXml.ts';
import { parseIntegrityTable, serializeIntegrityTable } from '../../sidecar/src/wim/integrity.ts';
import { findNamedStreams, parseMetadata } from '../../sidecar/src/wim/readMetadata.ts';
import { linkTarget } from '../../sidecar/src/wim/reparse.ts';
import { WimFile } from '../../sidecar/src/wim/wimFile.ts';
import { serializeMetadata } from '../../sidecar/src/wim/writeMetadata.ts';
import { cpuTimeMs } from './cpuTime.ts';
import { hostileContents, symlink } from './hostileWims.ts';
import { rawWim } from './rawWim.ts';
import { seededRandom } from './store/seededRandom.ts';
import { captureWim, ordinaryTree, writeTree } from './wims.ts';

/** A few names, links, streams, names of one file; small, so that a change of one byte means much. */
function smallWim(): Buffer {
  const data = Buffer.from('content');
  return rawWim({
    images: [1, 2].map((image) => ({
      root: {
        name: '', children: [
          { name: 'a file.txt', shortName: 'AFILE~1.TXT', data, streams: [{ name: 'one', data: Buffer.from('1') }, { name: 'two', data: Buffer.from(`2 of ${image}`) }] },
          { name: 'first', data, linkGroup: 7n }, { name: 'second', data, linkGroup: 7n }, { name: 'link', reparse: symlink('..\\a', true) },
          { name: 'folder', children: [{ name: 'below', children: [{ name: 'deep.txt', data: Buffer.from(`deep ${image}`) }] }, { name: 'empty', children: [] }] },
        ],
      },
      securityDescriptors: [Buffer.from('a security descriptor')],
    })),
    xml: '<WIM><TOTALBYTES>1000</TOTALBYTES>'
      + '<IMAGE INDEX="1"><DIRCOUNT>3</DIRCOUNT><NAME>One &amp; only</NAME><WINDOWS><LANGUAGES><LANGUAGE>de-DE</LANGUAGE></LANGUAGES></WINDOWS></IMAGE>'
      + '<!-- comment --><IMAGE INDEX="2" A=\'1\' ><NAME><![CDATA[Two]]></NAME></IMAGE></WIM>',
  });
}

const numbers = [0, 1, 2, 7, 8, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];
const pieces = ['<', '>', '/>', '</', '&', '&amp;', '&x;', '"', '\'', '<!--', '-->', '<![CDATA[', ']]>', '<?', '<IMAGE INDEX="1">', '</IMAGE>', '<IMAGE INDEX="3"/>', '<WIM>', ' ', '\0', '\ud800'];

export type Random = () => number;
export const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Changes some of the bytes from `begin` to `end`; the length stays. */
export function mutateInPlace(data: Buffer, begin: number, end: number, random: Random): void {
  for (let changes = 1 + Math.floor(random() ** 3 * 8); changes > 0 && end > begin; changes--) {
    const at = begin + below(random, end - begin);
    const kind = random();
    if (kind < 0.35) {
      data[at] = (data[at] ?? 0) ^ 1 << below(random, 8);
    } else if (kind < 0.5) {
      data[at] = below(random, 256);
    } else if (kind < 0.8) {
      // Numbers of the format lie at even offsets.
      const even = Math.min(at - (at - begin) % 2, data.length - 4);
      if (even >= 0) { data.writeUInt32LE(numbers[below(random, numbers.length)] ?? 0, even); }
    } else if (kind < 0.9) {
      data.copyWithin(at, begin + below(random, end - begin), Math.min(end, at + 1 + below(random, 200)));
    } else {
      data.fill(random() < 0.5 ? 0 : 0xff, at, Math.min(end, at + 1 + below(random, 16)));
    }
  }
}

/** A changed copy, often of another length. */
function mutated(data: Buffer, random: Random): Buffer {
  const copy = Buffer.from(data);
  mutateInPlace(copy, 0, copy.length, random);
  const kind = random();
  const at = below(random, copy.length);
  if (kind < 0.1) { return copy.subarray(0, at); }
  if (kind < 0.2) { return Buffer.concat([copy.subarray(0, at), copy.subarray(below(random, at + 1))]); }
  return copy;
}

function mutatedText(text: string, random: Random): string {
  let result = text;
  for (let changes = 1 + Math.floor(random() ** 2 * 6); changes > 0; changes--) {
    const at = below(random, result.length);
    const length = random() < 0.5 ? 0 : below(random, 12);
    const piece = random() < 0.7 ? pieces[below(random, pieces.length)] ?? '' : result.slice(at, at + below(random, 40));
    result = result.slice(0, at) + piece.repeat(random() < 0.02 ? 5000 : 1) + result.slice(at + length);
  }
  return result;
}

/** One kind of input: how to change it, and how to read it. */
interface Target {
  readonly name: string;
  /** Share of all mutations. */
  readonly share: number;
  readonly run: (random: Random) => unknown;
}

const errors = new FileErrors('/fuzz.wim', 'Cannot read "/fuzz.wim"');
const change = { directories: 1, files: -1, totalBytes: 5, hardLinkBytes: 0, modified: 132_000_000_000_000_000n };

function readHeader(data: Buffer): void {
  const header = parseWimHeader(data, 1_000_000, errors);
  const again = changedHeader(header, header);
  if (!changedHeader(parseWimHeader(again, 1_000_000, errors), header).equals(again)) { throw new Error('a header changes when it is written'); }
}

function readTable(data: Buffer, other: BlobTable): void {
  const table = new BlobTable(data, errors);
  for (const hash of [...other.imageHashes(), ...Array.from({ length: data.length / 50 }, (_, index) => data.toString('latin1', index * 50 + 30, index * 50 + 50))]) {
    table.find(hash);
    table.sizeOf(hash);
    table.solidPlace(hash);
  }
  const [hash = ''] = table.imageHashes();
  const resource = table.imageMetadata(1);
  if (resource !== undefined) {
    const plain = { ...resource, flags: 2, uncompressedSize: resource.sizeInWim };
    new BlobTable(table.changed(1, { resource: plain, referenceCount: 1, hash }, new Map(), []), errors);
  }
}

function readTree(data: Buffer): void {
  findNamedStreams(data);
  const tree = parseMetadata(data);
  walk(tree.root, (dentry) => {
    dentry.inode.hashes();
    if (dentry.inode.reparse !== undefined) { linkTarget(data.subarray(0, 64), dentry.inode.reparse, '/mnt'); }
  });
  const written = serializeMetadata(tree);
  if (!serializeMetadata(parseMetadata(written)).equals(written)) { throw new Error('metadata change when they are written again'); }
}

function readText(data: Buffer): void {
  const document = parseDocument(data, errors);
  for (const image of document.images) { imageName(image); textAt(image, 'WINDOWS/LANGUAGES/LANGUAGE'); }
  if (document.images.length === 0) { return; }
  for (const next of [changeImage(document, 1, change, 77, errors), addImage(document, 1, change, 77, errors)]) { parseDocument(encodeDocument(next), errors); }
}

/** Everything that is read of a file, in the order of a mount and a scan. */
async function readWhole(path: string): Promise<void> {
  const wim = await WimFile.open(path);
  try {
    await wim.document();
    const blobs = await wim.blobs();
    for (const index of blobs.imageHashes().keys()) {
      const metadata = await wim.metadata(index + 1);
      if (metadata === undefined) { continue; }
      const hashes = new Set<string>();
      walk(parseMetadata(metadata).root, ({ inode }) => { if (hashes.size < 30) { for (const hash of inode.hashes()) { hashes.add(hash); } } });
      for (const hash of hashes) { await wim.blob(hash, 4 * 1024 * 1024); }
    }
    await wim.verifyIntegrity(new AbortController().signal, () => undefined);
  } finally {
    await wim.close();
  }
}

/** A file on disk that is changed in place and put back. */
async function fileTarget(folder: string, name: string, share: number, data: Buffer): Promise<{ target: Target; handle: FileHandle }> {
  const path = join(folder, `${name}.wim`);
  await writeFile(path, data);
  const handle = await open(path, 'r+');
  const table = readResourceHeader(data, 0x30);
  const metadata = data.subarray(0, 5).toString() === 'MSWIM' ? new BlobTable(await tableOf(path), errors).imageMetadata(1) : undefined;
  const regions: readonly (readonly [begin: number, end: number])[] = [
    [0, wimHeaderBytes], [wimHeaderBytes, data.length], [table.offset, table.offset + table.sizeInWim],
    ...metadata === undefined ? [] : [[metadata.offset, metadata.offset + metadata.sizeInWim] as const],
    // Where solid resources and chunk tables begin.
    [wimHeaderBytes, Math.min(data.length, wimHeaderBytes + 64)],
  ];
  const run = async (random: Random): Promise<void> => {
    const copy = Buffer.from(data);
    const [begin, end] = regions[below(random, regions.length)] ?? [0, data.length];
    mutateInPlace(copy, begin, Math.min(end, copy.length), random);
    const length = random() < 0.05 ? below(random, copy.length) : copy.length;
    await handle.write(copy, 0, length, 0);
    await handle.truncate(length);
    await readWhole(path);
  };
  return { target: { name, share, run }, handle };
}

async function tableOf(path: string): Promise<Buffer> {
  const wim = await WimFile.open(path);
  try { return (await wim.blobs()).data; } finally { await wim.close(); }
}

/** What came of a run. */
export interface FuzzResult {
  readonly mutations: number;
  /** How many were read to the end, by target. */
  readonly read: Readonly<Record<string, number>>;
  /** Processor time of the slowest, in ms. */
  readonly slowestMs: number;
}

/** Processor time that no file of a few kilobytes may take to be read. */
const maxMs = 3000;
const maxRssBytes = 1.5 * 1024 ** 3;

/**
 * Reads so many changed inputs.
 * @param seed The same one makes the same inputs.
 * @throws What is no DismError, with the number of the mutation; also where one takes too long, or too much memory.
 */
export async function fuzzWims(folder: string, seed: number, mutations: number, onProgress: (done: number) => void = () => undefined): Promise<FuzzResult> {
  const small = smallWim();
  const path = join(folder, 'small.wim');
  await writeFile(path, small);
  const wim = await WimFile.open(path);
  const [table, metadata, text] = [(await wim.blobs()).data, await wim.metadata(1) ?? Buffer.alloc(0), (await wim.document()).text];
  await wim.close();
  const source = await writeTree(join(folder, 'source'), { ...ordinaryTree, 'Windows/System32/config/SYSTEM': 'x'.repeat(70_000), 'Windows/System32/kernel32.dll': 'y'.repeat(3000) });
  const opened: FileHandle[] = [];
  const targets: Target[] = [
    { name: 'header', share: 10, run: (random) => { readHeader(mutated(small.subarray(0, wimHeaderBytes), random)); } },
    { name: 'blob table', share: 10, run: (random) => { readTable(mutated(table, random), new BlobTable(table, errors)); } },
    { name: 'metadata', share: 25, run: (random) => { readTree(mutated(metadata, random)); } },
    { name: 'XML', share: 20, run: (random) => { readText(encodeDocument(mutatedText(text, random))); } },
    { name: 'integrity table', share: 3, run: (random) => {
      const parsed = parseIntegrityTable(mutated(Buffer.concat([Buffer.from([52, 0, 0, 0, 2, 0, 0, 0, 0, 16, 0, 0]), Buffer.alloc(40)]), random));
      if (parsed !== undefined) { parseIntegrityTable(serializeIntegrityTable(parsed)); }
    } },
  ];
  const files: [name: string, share: number, data: Buffer][] = [
    ['small', 8, small], ['links', 3, hostileContents.absoluteSymlinks()],
  ];
  for (const [name, share, options] of [
    ['LZX', 5, { compress: 'LZX', integrity: true }], ['XPRESS', 3, { compress: 'XPRESS' }], ['LZMS', 3, { compress: 'LZMS' }],
    ['solid', 7, { compress: 'LZMS', solid: true }], ['pipable', 3, { compress: 'LZX', pipable: true }],
  ] as const) {
    files.push([name, share, await readFile(await captureWim(source, join(folder, `${name}.original`), { ...options, name }))]);
  }
  for (const [name, share, data] of files) {
    const { target, handle } = await fileTarget(folder, name, share, data);
    targets.push(target);
    opened.push(handle);
  }
  const random = seededRandom(seed);
  const order = targets.flatMap((target) => Array.from({ length: target.share }, () => target));
  const read: Record<string, number> = {};
  let slowestMs = 0;
  try {
    for (let done = 0; done < mutations; done++) {
      const target = order[below(random, order.length)];
      if (target === undefined) { continue; }
      const own = seededRandom(below(random, 2 ** 32));
      const before = cpuTimeMs();
      try {
        await target.run(own);
        read[target.name] = (read[target.name] ?? 0) + 1;
      } catch (error) {
        if (!(error instanceof DismError)) { throw new Error(`mutation ${done} of seed ${seed} (${target.name}): ${String(error)}`, { cause: error }); }
      }
      const ms = cpuTimeMs() - before;
      slowestMs = Math.max(slowestMs, ms);
      if (ms > maxMs) { throw new Error(`mutation ${done} of seed ${seed} (${target.name}) took ${Math.round(ms)} ms`); }
      if (done % 100 === 0) {
        const { rss } = process.memoryUsage();
        if (rss > maxRssBytes) { throw new Error(`before mutation ${done} of seed ${seed} the process has ${Math.round(rss / 1e6)} MB`); }
        onProgress(done);
      }
    }
  } finally {
    for (const handle of opened) { await handle.close(); }
  }
  return { mutations, read, slowestMs };
}
