/** Opening WIM files of all kinds, and every way in which a file can be none: a code of the table, no crash, no hang. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DismError, UnsupportedError } from '../../../sidecar/src/errors.ts';
import { hexHash, sha1 } from '../../../sidecar/src/wim/hash.ts';
import { imageName } from '../../../sidecar/src/wim/imageXml.ts';
import { parseMetadata } from '../../../sidecar/src/wim/readMetadata.ts';
import { WimFile } from '../../../sidecar/src/wim/wimFile.ts';
import { walk } from '../../../sidecar/src/wim/dentry.ts';
import { asNobody, isRoot } from '../../helpers/nobody.ts';
import { hostileFiles } from '../../helpers/hostileWims.ts';
import { rawWim } from '../../helpers/rawWim.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, type CaptureOptions, imagex, ordinaryTree, ordinaryWim, writeTree } from '../../helpers/wims.ts';

async function failure(promise: Promise<unknown>): Promise<DismError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

/** A file of these bytes. */
async function hostile(bytes: Uint8Array): Promise<string> {
  const path = join(tempFolder(), 'hostile.wim');
  await writeFile(path, bytes);
  return path;
}

/** Opens a file and reads all that is read at once. */
async function read(path: string): Promise<void> {
  const wim = await WimFile.open(path, { what: `Cannot open "${path}"` });
  try {
    await wim.document();
    await wim.blobs();
  } finally {
    await wim.close();
  }
}

describe('a file is refused:', () => {
  test.for(Object.entries(hostileFiles))('%s', async ([, [symbol, build]]) => {
    const path = await hostile(build());
    const error = await failure(read(path));
    expect(error).toMatchObject({ symbol, target: path });
    expect(error.message).toMatch(/^Cannot open ".*": [a-zW].*[^.]$/s);
    expect(error instanceof UnsupportedError).toBe(symbol === 'ERROR_NOT_SUPPORTED');
  });

  test('an unknown version, and names it', async () => {
    expect((await failure(read(await hostile(hostileFiles.versionOfVista[1]())))).message).toContain('WIM version 68352 (0x10b00) is unknown');
  });

  test('a virtual disk, and names it', async () => {
    for (const build of [hostileFiles.vhd[1], hostileFiles.vhdx[1]]) {
      expect((await failure(read(await hostile(build())))).message).toMatch(/it is a virtual disk \(VHDX?\), no WIM file/);
    }
  });

  test.each([
    ['an ISO image', Buffer.concat([Buffer.alloc(0x8001), Buffer.from('CD001')]), 'sources'],
    ['an ISO image', Buffer.concat([Buffer.alloc(0x8001, 'x'), Buffer.from('BEA01')]), 'sources'],
    ['a cabinet file', Buffer.from('MSCF\0\0\0\0'), 'Add-DismTsPackage'],
    ['a ZIP archive', Buffer.from('PK\x03\x04'), 'Unpack'],
    ['a 7-Zip archive', Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'), 'Unpack'],
    ['an FFU image', Buffer.from('\x20\0\0\0SignedImage '), 'dism.exe'],
    ['a QCOW2 disk', Buffer.from('QFI\xfb', 'latin1'), 'qemu-img'],
    ['a VMDK disk', Buffer.from('KDMV\x01'), 'qemu-img'],
    ['a pointer of Git LFS', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), 'git lfs pull'],
    ['a web page', Buffer.from('\ufeff\n <!DOCTYPE HTML><html><body>403</body></html>'), 'download'],
    ['a file that begins with zeros', Buffer.alloc(0x9000), 'download'],
  ])('%s, which is named, with what to do instead', async (name, bytes, hint) => {
    expect(await failure(read(await hostile(bytes)))).toMatchObject({
      symbol: 'ERROR_BAD_FORMAT', message: expect.stringContaining(`: it is ${name}, no WIM file`) as string, hint: expect.stringContaining(hint) as string,
    });
  });

  test('paths that lead to no file', async () => {
    const folder = tempFolder();
    await writeFile(join(folder, 'file'), rawWim({}));
    await symlink('loop', join(folder, 'loop'));
    await symlink('gone', join(folder, 'dangling'));
    for (const [path, symbol] of [
      [join(folder, 'missing.wim'), 'ERROR_FILE_NOT_FOUND'],
      [join(folder, 'dangling'), 'ERROR_FILE_NOT_FOUND'],
      [join(folder, 'missing', 'a.wim'), 'ERROR_PATH_NOT_FOUND'],
      [join(folder, 'file', 'a.wim'), 'ERROR_PATH_NOT_FOUND'],
      [join(folder, 'loop'), 'ERROR_PATH_NOT_FOUND'],
      [join(folder, 'x'.repeat(300)), 'ERROR_FILENAME_EXCED_RANGE'],
      ['C:\\images\\a.wim', 'ERROR_PATH_NOT_FOUND'],
      ['relative.wim', 'ERROR_PATH_NOT_FOUND'],
      [folder, 'E_ACCESSDENIED'],
    ] as const) {
      expect(await failure(read(path)), path).toMatchObject({ symbol, target: path });
    }
  });

  test('pipes and devices, without waiting for them', async () => {
    const folder = tempFolder();
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero', '/dev/null', '/dev/tty']) {
      expect(await failure(read(path)), path).toMatchObject({ symbol: 'ERROR_BAD_FORMAT' });
    }
    expect(await failure(read('/proc/self/status'))).toMatchObject({ symbol: 'ERROR_BAD_FORMAT' });
  });

  test.runIf(isRoot)('what may not be read', async () => {
    const folder = tempFolder();
    await chmod(folder, 0o755);
    const path = join(folder, 'secret.wim');
    await writeFile(path, rawWim({}), { mode: 0o600 });
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    await writeFile(join(folder, 'closed', 'a.wim'), rawWim({}));
    await asNobody(async () => {
      expect(await failure(read(path))).toMatchObject({ symbol: 'E_ACCESSDENIED' });
      expect(await failure(read(join(folder, 'closed', 'a.wim')))).toMatchObject({ symbol: 'E_ACCESSDENIED' });
    });
  });
});

const kinds: readonly CaptureOptions[] = [
  { compress: 'none' }, { compress: 'XPRESS', integrity: true, boot: true }, { compress: 'LZX' }, { compress: 'LZMS', integrity: true },
  { compress: 'LZMS', solid: true }, { compress: 'LZX', pipable: true }, { compress: 'none', pipable: true, integrity: true },
];

describe('WimFile', () => {
  test.for(kinds)('says of a file made with %o what wiminfo says, and reads all blobs of it', async (options) => {
    const path = await ordinaryWim(tempFolder(), options);
    const printed = await imagex('info', path);
    const wim = await WimFile.open(path);
    try {
      const { header } = wim;
      expect(header).toMatchObject({ imageCount: 1, bootIndex: options.boot === true ? 1 : 0, partNumber: 1, totalParts: 1 });
      expect(header.isPipable).toBe(options.pipable ?? false);
      expect(printed).toContain(`GUID:           0x${header.guid}`);
      if (options.compress !== 'none') { expect(printed).toContain(`Chunk Size:     ${header.chunkSize} bytes`); }
      expect((await wim.document()).images.map(imageName)).toEqual(['Ordinary']);
      const metadata = await wim.metadata(1) ?? Buffer.alloc(0);
      expect(sha1(metadata)).toBe((await wim.blobs()).imageHashes()[0]);
      const contents: string[] = [];
      const hashes = new Set<string>();
      walk(parseMetadata(metadata).root, ({ inode }) => { if (inode.hashes().length > 0) { hashes.add(inode.dataHash); } });
      for (const hash of hashes) {
        const data = await wim.blob(hash, 1_000_000);
        expect(sha1(data ?? Buffer.alloc(0)), hexHash(hash)).toBe(hash);
        contents.push(data?.toString('latin1') ?? '');
      }
      for (const content of Object.values(ordinaryTree)) {
        if (content !== '') { expect(contents).toContain(Buffer.from(content).toString('latin1')); }
      }
      expect(await wim.verifyIntegrity(new AbortController().signal, () => undefined)).toBe(options.integrity === true);
    } finally {
      await wim.close();
    }
  });

  test('verifyIntegrity() reports progress up to the end, finds one changed byte, and stops when it is told to', async () => {
    const path = await ordinaryWim(tempFolder(), { integrity: true, compress: 'none' });
    const verify = async (signal: AbortSignal, onBytes: (done: number, total: number) => void): Promise<boolean> => {
      const wim = await WimFile.open(path, { what: `Cannot mount "${path}"` });
      try { return await wim.verifyIntegrity(signal, onBytes); } finally { await wim.close(); }
    };
    const { signal } = new AbortController();
    const seen: [done: number, total: number][] = [];
    expect(await verify(signal, (done, total) => { seen.push([done, total]); })).toBe(true);
    const [done, total] = seen.at(-1) ?? [];
    expect(done).toBe(total);
    expect(total).toBeGreaterThan(500_000);
    const controller = new AbortController();
    await expect(verify(controller.signal, () => { controller.abort(new Error('enough')); })).rejects.toThrow('enough');
    const bytes = await readFile(path);
    for (const at of [208, 5000, bytes.readUInt32LE(0x38) - 1]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
      await writeFile(path, changed);
      expect(await failure(verify(signal, () => undefined))).toMatchObject({
        symbol: 'ERROR_FILE_CORRUPT', target: path, message: `Cannot mount "${path}": it does not match its integrity table`,
      });
    }
  });

  test('chooseImage() prefers the same spelling, then the only one that differs in case, and refuses what fits several', async () => {
    const folder = tempFolder();
    const source = await writeTree(join(folder, 'source'), { a: 'a' });
    const path = await captureWim(source, join(folder, 'names.wim'), { name: 'Windows Pro' });
    for (const name of ['windows pro', '2', '\u00dcBER', 'Solo', '']) { await appendImage(source, path, { name }); }
    const wim = await WimFile.open(path, { what: `Cannot mount "${path}"` });
    const byName = async (name: string) => await wim.chooseImage({ imageName: name });
    expect(await Promise.all(['Windows Pro', 'windows pro', '2', '\u00fcber', 'SOLO'].map(byName))).toEqual([1, 2, 3, 4, 5]);
    for (const name of ['WINDOWS PRO', 'Windows', 'all', '1']) { expect((await failure(byName(name))).symbol).toBe('DISMAPI_E_INVALID_IMAGE_NAME'); }
    expect((await failure(byName('Home'))).message).toBe(
      `Cannot mount "${path}": image name "Home" does not exist, its images are "Windows Pro", "windows pro", "2", "\u00dcBER", "Solo"`);
    expect(await wim.chooseImage({ imageIndex: 6 })).toBe(6);
    for (const imageIndex of [0, 7]) {
      expect(await failure(wim.chooseImage({ imageIndex }))).toMatchObject({
        symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX', message: `Cannot mount "${path}": image index ${imageIndex} does not exist, the file holds images 1 to 6`,
      });
    }
    await wim.close();
    const twice = await WimFile.open(await hostile(rawWim({ images: [1, 2].map(() => ({ root: { name: '', children: [] } })), xml: '<WIM><IMAGE INDEX="2"><NAME>a</NAME></IMAGE><IMAGE INDEX="1"><NAME>a</NAME></IMAGE></WIM>' })));
    expect((await failure(twice.chooseImage({ imageName: 'a' }))).message).toMatch(/fits several images/);
    await twice.close();
  });

  test('refuses to have changed what cannot be', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    await imagex('split', path, join(folder, 'part.swm'), '0.1');
    const pipable = await ordinaryWim(folder, { file: 'pipable.wim', pipable: true });
    const marked = join(folder, 'marked.wim');
    const bytes = await readFile(path);
    bytes.writeUInt32LE(bytes.readUInt32LE(0x10) | 4, 0x10); // WIM_HDR_FLAG_READONLY
    await writeFile(marked, bytes);
    for (const [file, symbol] of [
      [join(folder, 'part2.swm'), 'WIM_E_SPLIT_NOT_MOUNTABLE'], [pipable, 'ERROR_NOT_SUPPORTED'], [marked, 'WIM_E_CONTAINER_READONLY'], [path, undefined],
    ] as const) {
      const wim = await WimFile.open(file);
      const attempt = (): void => { wim.requireChangeable(); };
      if (symbol === undefined) { attempt(); } else { expect(attempt).toThrow(expect.objectContaining({ symbol })); }
      await wim.close();
    }
  });

  test('keeps the descriptor: what takes the place of the file later is not looked at', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { name: 'Before' });
    const wim = await WimFile.open(path);
    await captureWim(await writeTree(join(folder, 'other'), { a: 'a' }), join(folder, 'other.wim'), { name: 'After' });
    execFileSync('mv', [join(folder, 'other.wim'), path]);
    expect((await wim.document()).images.map(imageName)).toEqual(['Before']);
    expect(await wim.metadata(1)).toBeDefined();
    await wim.close();
  });
});
