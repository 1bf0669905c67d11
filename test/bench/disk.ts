/** Virtual disks: mounting, reading 300 MB, changing one file, saving and discarding, against the same programs by hand, with a loop device. */
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { diskFile, ntfsBytes, windowsDisk, windowsTree } from '../helpers/disks.ts';
import { pseudoRandom } from '../helpers/wims.ts';
import { pairedRounds, ratioAtMost, type Row, time } from './measure.ts';
import type { Workbench } from './workbench.ts';

const MiB = 1024 ** 2;
const [largeBytes, volumeMiB] = [300_000_000, 500];
const start = 3 * MiB;

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) { throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`); }
  return stdout.trim();
}

/** The chain that an administrator would build. */
class BareChain {
  readonly #folder: string;
  readonly #disk: string;
  readonly #mount: string;
  #device = '';

  constructor(folder: string, disk: string, mount: string) {
    this.#folder = folder;
    this.#disk = disk;
    this.#mount = mount;
    mkdirSync(folder, { recursive: true });
  }

  get #overlay(): string {
    return join(this.#folder, 'overlay.qcow2');
  }

  up(): void {
    const raw = join(this.#folder, 'raw');
    rmSync(this.#overlay, { force: true });
    writeFileSync(raw, '');
    run('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'vhdx', '-b', this.#disk, this.#overlay);
    run('qemu-storage-daemon', '--daemonize', '--pidfile', join(this.#folder, 'pid'),
      '--blockdev', `driver=file,node-name=f,filename=${this.#disk},read-only=on`, '--blockdev', 'driver=vhdx,node-name=d,file=f,read-only=on',
      '--blockdev', `driver=file,node-name=o,filename=${this.#overlay}`, '--blockdev', 'driver=qcow2,node-name=c,file=o,backing=d',
      '--export', `type=fuse,id=e,node-name=c,mountpoint=${raw},writable=on`);
    this.#device = run('losetup', '-f', '--show', '-o', String(start), '--sizelimit', String(volumeMiB * MiB), raw);
    run('ntfs-3g', this.#device, this.#mount);
  }

  async down(): Promise<void> {
    run('umount', this.#mount);
    run('losetup', '-d', this.#device);
    const pid = readFileSync(join(this.#folder, 'pid'), 'utf8').trim();
    process.kill(Number(pid));
    // A process that has ended and that nobody has asked about has no command line.
    for (let line = 'yes'; line !== '';) {
      await setTimeout(1);
      try { line = readFileSync(`/proc/${pid}/cmdline`, 'utf8'); } catch { line = ''; }
    }
  }

  async save(): Promise<void> {
    await this.down();
    run('qemu-img', 'commit', '-q', '-f', 'qcow2', this.#overlay);
  }
}

/** Reads a file that the kernel has not in memory, and drops it again. */
function readAll(path: string): void {
  run('dd', `if=${path}`, 'of=/dev/null', 'bs=1M', 'status=none');
}

function writeOne(mount: string): void {
  const descriptor = openSync(join(mount, 'Users/Public/note.txt'), 'w');
  writeFileSync(descriptor, `changed ${Math.random()}`);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

export async function measureDisk(bench: Workbench): Promise<Row[]> {
  const sidecar = await bench.startSidecar();
  const [ownMount, peerMount] = [bench.mountFolder('disk-own'), bench.mountFolder('disk-peer')];
  const volume = await ntfsBytes(bench.folder, windowsTree({ 'large.bin': pseudoRandom(largeBytes, 9) }), volumeMiB);
  const own = await diskFile(join(bench.folder, 'own.vhdx'), windowsDisk(volume), 'dynamic.vhdx');
  const other = join(bench.folder, 'peer.vhdx');
  copyFileSync(own, other);
  const chain = new BareChain(join(bench.folder, 'bare'), other, peerMount);
  const mount = { imagePath: own, imageIndex: 1, mountPath: ownMount };
  const steps = await pairedRounds(bench.rounds(8), async () => ({
    mount: await time(async () => await sidecar.request('image/mount', mount)),
    'read 300 MB': await time(() => { readAll(join(ownMount, 'large.bin')); return Promise.resolve(); }),
    'change one file': await time(() => { writeOne(ownMount); return Promise.resolve(); }),
    'save and dismount': await time(async () => await sidecar.request('image/unmount', { mountPath: ownMount, commit: true })),
    'mount again': await time(async () => await sidecar.request('image/mount', mount)),
    discard: await time(async () => await sidecar.request('image/unmount', { mountPath: ownMount, commit: false })),
  }), async () => ({
    mount: await time(() => { chain.up(); return Promise.resolve(); }),
    'read 300 MB': await time(() => { readAll(join(peerMount, 'large.bin')); return Promise.resolve(); }),
    'change one file': await time(() => { writeOne(peerMount); return Promise.resolve(); }),
    'save and dismount': await time(async () => { await chain.save(); }),
    'mount again': await time(() => { chain.up(); return Promise.resolve(); }),
    discard: await time(async () => { await chain.down(); }),
  }));
  await bench.end(sidecar);
  return [...steps].map(([step, pairs]) => ({ name: `disk: ${step}`, unit: 'ms' as const, ...pairs, peerName: 'the bare chain', aim: ratioAtMost(1.2) }));
}
