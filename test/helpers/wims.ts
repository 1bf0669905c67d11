/** Makes real WIM files with wimlib-imagex, into a folder that the caller gives. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

const run = promisify(execFile);

/** Runs `wimlib-imagex`; its error text becomes the exception's. */
export async function imagex(...args: string[]): Promise<string> {
  const { stdout } = await run('wimlib-imagex', args, { maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  return stdout;
}

/** Files by path; text or bytes. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** A few files of several sizes: empty, tiny, compressible, incompressible, with text that is not ASCII. */
export const ordinaryTree: Tree = {
  'empty.txt': '',
  'readme.txt': 'An ordinary file\r\n',
  'Windows/System32/config/SYSTEM': Buffer.alloc(300_000, 'regf hive '),
  'Windows/System32/kernel32.dll': pseudoRandom(200_000, 1),
  'Windows/System32/drivers/etc/hosts': '127.0.0.1 localhost\r\n',
  'Windows/Fonts/\u00e4\u00f6\u00fc \u65e5\u672c\u8a9e.ttf': pseudoRandom(70_000, 2),
  'Program Files/Common Files/long name with spaces.txt': 'x'.repeat(5000),
  'Users/Public/Desktop/desktop.ini': '[.ShellClassInfo]\r\n',
};

/** Bytes that do not compress, the same for the same seed (xorshift32). */
export function pseudoRandom(length: number, seed: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.ceil(length / 4) * 4);
  let state = (seed * 2_654_435_761 ^ 0x9e3779b9) | 1;
  for (let offset = 0; offset < buffer.length; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    buffer.writeInt32LE(state | 0, offset);
  }
  return buffer.subarray(0, length);
}

/** Writes files below a folder. */
export async function writeTree(folder: string, tree: Tree): Promise<string> {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return folder;
}

export interface CaptureOptions {
  readonly compress?: 'none' | 'XPRESS' | 'LZX' | 'LZMS' | undefined;
  readonly solid?: boolean | undefined;
  readonly integrity?: boolean | undefined;
  readonly pipable?: boolean | undefined;
  readonly boot?: boolean | undefined;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Keep UNIX owners and modes, which DismTs has to leave alone. */
  readonly unixData?: boolean | undefined;
}

function captureArguments(options: CaptureOptions): string[] {
  return [
    options.name ?? '', options.description ?? '',
    ...options.solid === true ? ['--solid'] : [],
    ...options.integrity === true ? ['--check'] : [],
    ...options.pipable === true ? ['--pipable'] : [],
    ...options.boot === true ? ['--boot'] : [],
    ...options.unixData === true ? ['--unix-data'] : [],
    '--no-acls', '--norpfix',
  ];
}

/** Captures a folder as the first image of a new WIM. */
export async function captureWim(source: string, wim: string, options: CaptureOptions = {}): Promise<string> {
  await imagex('capture', source, wim, ...captureArguments(options), `--compress=${options.compress ?? 'XPRESS'}`);
  return wim;
}

/** Captures a folder as a further image of a WIM. */
export async function appendImage(source: string, wim: string, options: Omit<CaptureOptions, 'compress'> = {}): Promise<void> {
  await imagex('append', source, wim, ...captureArguments(options));
}

/** Makes a WIM of the ordinary tree at `folder/<name>`. */
export async function ordinaryWim(folder: string, options: CaptureOptions & { readonly file?: string } = {}): Promise<string> {
  const source = await writeTree(join(folder, 'source'), ordinaryTree);
  return captureWim(source, join(folder, options.file ?? 'ordinary.wim'), { name: 'Ordinary', ...options });
}

/** Splits a WIM into `part.swm`, `part2.swm` and so on; gives the first. The parts hold `partMiB` or a little more each. */
export async function splitWim(wim: string, folder: string, partMiB: number): Promise<string> {
  const first = join(folder, 'part.swm');
  await imagex('split', wim, first, String(partMiB));
  return first;
}

/** Captures `count` small files, 100 to a folder, each with content of its own. */
export async function manyFilesWim(folder: string, count = 50_000): Promise<string> {
  const source = join(folder, 'many');
  for (let first = 0; first < count; first += 100) {
    const below = join(source, `folder ${String(first / 100).padStart(4, '0')}`);
    await mkdir(below, { recursive: true });
    await Promise.all(Array.from({ length: Math.min(100, count - first) }, (_, i) =>
      writeFile(join(below, `file ${String(i).padStart(2, '0')}.txt`), `file ${first + i}\n`)));
  }
  const wim = await captureWim(source, join(folder, 'many.wim'), { name: 'Many files' });
  await rm(source, { recursive: true });
  return wim;
}

/** Captures `sizeMiB` of data that does not compress, in files of 4 MiB. */
export async function largeWim(folder: string, sizeMiB = 300, options: CaptureOptions = {}): Promise<string> {
  const source = join(folder, 'large');
  await mkdir(source, { recursive: true });
  for (let at = 0; at < sizeMiB; at += 4) {
    await writeFile(join(source, `block ${at}.bin`), pseudoRandom(4 * 1024 * 1024, at + 100));
  }
  const wim = await captureWim(source, join(folder, 'large.wim'), { name: 'Large', compress: 'none', ...options });
  await rm(source, { recursive: true });
  return wim;
}

/**
 * Something that takes long to make, made once for a test file: call this beside the tests, and what it gives in them.
 * The folder it was made in goes when the last test is over; a test that changes a WIM copies it first.
 */
export function shared<T>(make: (folder: string) => Promise<T>): () => T {
  let made: { readonly value: T } | undefined;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dismts-test-'));
    made = { value: await make(folder) };
  });
  afterAll(async () => { await rm(folder, { recursive: true, force: true }); });
  return () => {
    if (made === undefined) { throw new Error('what is shared is not made before the tests run'); }
    return made.value;
  };
}

/** Sets elements of an image's XML, such as `WINDOWS/EDITIONID`, in the order given. */
export async function setProperties(wim: string, imageIndex: number, properties: Readonly<Record<string, string>>): Promise<void> {
  await imagex('info', wim, String(imageIndex),
    ...Object.entries(properties).flatMap(([name, value]) => ['--image-property', `${name}=${value}`]));
}

/** What the XML of an image of Windows 11 says, as Microsoft's own files have it. */
export const windowsProperties: Readonly<Record<string, string>> = {
  'WINDOWS/ARCH': '9',
  'WINDOWS/PRODUCTNAME': 'Microsoft\u00ae Windows\u00ae Operating System',
  'WINDOWS/EDITIONID': 'Professional',
  'WINDOWS/INSTALLATIONTYPE': 'Client',
  'WINDOWS/HAL': 'acpiapic',
  'WINDOWS/PRODUCTTYPE': 'WinNT',
  'WINDOWS/PRODUCTSUITE': 'Terminal Server',
  'WINDOWS/LANGUAGES/LANGUAGE[1]': 'de-DE',
  'WINDOWS/LANGUAGES/LANGUAGE[2]': 'en-US',
  'WINDOWS/LANGUAGES/DEFAULT': 'en-US',
  'WINDOWS/VERSION/MAJOR': '10',
  'WINDOWS/VERSION/MINOR': '0',
  'WINDOWS/VERSION/BUILD': '26100',
  'WINDOWS/VERSION/SPBUILD': '4652',
  'WINDOWS/VERSION/SPLEVEL': '7',
  'WINDOWS/SYSTEMROOT': 'WINDOWS',
  WIMBOOT: '1',
};
