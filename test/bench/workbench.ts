/** What all measurements share: a folder, the files to measure with, the processes, and their end. */
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { captureWim, pseudoRandom, setProperties, windowsProperties } from '../helpers/wims.ts';
import { FramePeer } from './framePeer.ts';

/** Echoes its stdin: the least that a Node.js process on a pipe can do. */
const echoScript = 'process.stdin.on("data", (data) => process.stdout.write(data))';

/** The many small files: folders, and files in each. */
const folderCount = 500;
const filesPerFolder = 100;
/** How many of each folder's files a large change is about: 5,000 in all. */
const changedPerFolder = 10;

/** Text that compresses about as well as configuration files do, the same for the same seed. */
function text(bytes: number, seed: number): string {
  const random = pseudoRandom(Math.ceil(bytes / 2), seed);
  return random.toString('hex').replace(/[0-9]+/g, (digits) => ` value="${digits}" `).slice(0, bytes);
}

/** Paths of the many small files within their image. */
function smallFilePath(folder: number, file: number): string {
  return `folder-${String(folder).padStart(3, '0')}/configuration file ${String(file).padStart(3, '0')}.xml`;
}

/** Paths of the files that a large change is about. */
export function changedFilePaths(): string[] {
  return Array.from({ length: folderCount * changedPerFolder }, (_, index) => smallFilePath(Math.floor(index / changedPerFolder), index % changedPerFolder));
}

/** A path of the image of mixed files. */
export const mixedFilePath = 'folder-1/file-21.xml';

/** Bytes of each file of a large WIM. */
const largeFileBytes = 800_000;

/** A WIM, and what the files in it have, in words. */
export interface SizedWim {
  readonly path: string;
  readonly size: string;
}

/** Options of a run. */
export interface WorkbenchOptions {
  /** The executable to measure. */
  readonly executable: string;
  /** Fewer rounds. */
  readonly quick: boolean;
}

/** Makes files and processes, and takes everything away at the end. */
export class Workbench {
  readonly folder = mkdtempSync(join(tmpdir(), 'dismts-bench-'));
  readonly executable: string;
  /** The environment of every process that is measured: state and logs in the folder of this run. */
  readonly env: NodeJS.ProcessEnv;
  readonly #quick: boolean;
  readonly #peers = new Set<FramePeer>();
  #mixed: Promise<string> | undefined;
  #many: Promise<string> | undefined;
  #sized: Promise<readonly SizedWim[]> | undefined;

  constructor(options: WorkbenchOptions) {
    this.executable = options.executable;
    this.#quick = options.quick;
    this.env = { PATH: process.env['PATH'], HOME: this.folder, LC_ALL: 'C.UTF-8', DISMTS_STATE_DIR: join(this.folder, 'state') };
  }

  /** How many rounds to run where a full run has that many. */
  rounds(full: number): number {
    return this.#quick ? Math.max(2, Math.ceil(full / 4)) : full;
  }

  /** An empty folder for a mount. */
  mountFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A WIM of about 60 MB: 400 files of all sizes, half of them compressible. */
  async mixedWim(): Promise<string> {
    this.#mixed ??= this.#makeWim('mixed', (source) => {
      for (let index = 0; index < 400; index++) {
        const bytes = 1000 + (index * 7919) % 390_000;
        const folder = join(source, `folder-${index % 20}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, index % 2 === 0 ? `file-${index}.dll` : `file-${index}.xml`),
          index % 2 === 0 ? pseudoRandom(bytes + 50_000, index + 1) : text(bytes, index + 1));
      }
    });
    return await this.#mixed;
  }

  /** A WIM of 50,000 small files. */
  async manyFilesWim(): Promise<string> {
    this.#many ??= this.#makeWim('many', (source) => {
      for (let folder = 0; folder < folderCount; folder++) {
        mkdirSync(join(source, `folder-${String(folder).padStart(3, '0')}`), { recursive: true });
        for (let file = 0; file < filesPerFolder; file++) {
          const number = folder * filesPerFolder + file;
          writeFileSync(join(source, smallFilePath(folder, file)), text(500 + (number * 31) % 2000, number + 1));
        }
      }
    });
    return await this.#many;
  }

  /**
   * WIMs of 250 and 1,000 files with text and with data that does not compress, as large files of Windows are; a quick run has the small one only.
   * With the small one it shows what an operation takes to begin and to end, with the large one how it goes on, as with files of gigabytes.
   */
  async sizedWims(): Promise<readonly SizedWim[]> {
    const sizes = this.#quick ? [250] : [250, 1000];
    this.#sized ??= Promise.all(sizes.map(async (files) => {
      const size = `${files * largeFileBytes / 1e6} MB`;
      const path = await this.#makeWim(size, (source) => {
        for (let index = 0; index < files; index++) {
          const folder = join(source, `folder-${index % 20}`);
          mkdirSync(folder, { recursive: true });
          writeFileSync(join(folder, `file-${index}`), index % 4 === 0 ? pseudoRandom(largeFileBytes, index + 1) : text(largeFileBytes, index + 1));
        }
      });
      return { path, size };
    }));
    return await this.#sized;
  }

  async #makeWim(name: string, fill: (source: string) => void): Promise<string> {
    const source = join(this.folder, `${name}-source`);
    mkdirSync(source);
    fill(source);
    const wim = await captureWim(source, join(this.folder, `${name}.wim`), { compress: 'LZX', name: 'Measured' });
    await setProperties(wim, 1, windowsProperties);
    rmSync(source, { recursive: true });
    flush(wim);
    return wim;
  }

  /** A copy to work on, written to the disk: nobody's flush should have to wait for it. */
  copy(wim: string, name: string): string {
    const path = join(this.folder, name);
    copyFileSync(wim, path);
    flush(path);
    return path;
  }

  /** Starts a sidecar and shakes hands with it. */
  async startSidecar(): Promise<FramePeer> {
    const sidecar = this.#start(this.executable, ['--stdio']);
    await sidecar.request('initialize', { client: { name: 'bench', version: '1' }, protocolVersion: '1.0', logLevel: 'Errors' });
    return sidecar;
  }

  /** Starts a Node.js process that echoes frames. */
  startEcho(): FramePeer {
    return this.#start(process.execPath, ['-e', echoScript]);
  }

  #start(command: string, args: readonly string[]): FramePeer {
    const peer = new FramePeer(command, args, this.env);
    this.#peers.add(peer);
    return peer;
  }

  /** Ends a process that start...() gave. */
  async end(peer: FramePeer): Promise<void> {
    await peer.end();
    this.#peers.delete(peer);
  }

  /** Ends what runs, unmounts what is mounted, removes the folder. */
  async close(): Promise<void> {
    for (const peer of this.#peers) { await this.end(peer); }
    for (const mountPoint of this.#mountPoints().reverse()) { spawnSync('umount', ['-l', '--', mountPoint]); }
    const [left] = this.#mountPoints();
    // Removing the folder would then remove through the mount.
    if (left !== undefined) { throw new Error(`"${left}" cannot be unmounted; "${this.folder}" is left behind`); }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #mountPoints(): string[] {
    const mountPoints = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' ')[4] ?? '');
    return mountPoints.filter((mountPoint) => mountPoint.startsWith(`${this.folder}/`));
  }
}

/** Brings what was written to a file onto the disk. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try { fsyncSync(descriptor); } finally { closeSync(descriptor); }
}
