/** Mounting as a user who is not root: nothing can be mounted for writing, and everything read-only. */
import { execFile, execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unmount } from '../../../sidecar/src/platform/linux/mountCalls.ts';
import { bundleEngine, failure, hashFile, mountsBelow, type MethodName, type Params, startEngine, workbench, type Workbench } from '../../helpers/mounts.ts';
import { isRoot, nobodyId, nobodyOpens } from '../../helpers/nobody.ts';
import { ordinaryWim } from '../../helpers/wims.ts';

const bundle = await bundleEngine();

const mayUseFuse = isRoot && await nobodyOpens('/dev/fuse', 'r+');
if (isRoot && !mayUseFuse) {
  process.stderr.write('skipped: a read-only mount as user nobody needs a /dev/fuse that everybody may open (chmod 666 /dev/fuse)\n');
}

/** A WIM and an empty folder to mount it at, both of user nobody, and calls of the engine by that user. */
async function nobodysBench() {
  const bench: Workbench = await workbench();
  const wim = await ordinaryWim(bench.folder);
  await chmod(bench.folder, 0o755);
  const mountPath = await bench.mountFolder();
  await mkdir(bench.stateDirectory);
  for (const path of [wim, mountPath, bench.stateDirectory]) { await chown(path, nobodyId, nobodyId); }
  // The engine refuses a state directory of another user, also in root's look for what is left.
  onTestFinished(async () => { await rm(bench.stateDirectory, { recursive: true }); });
  const call = async <K extends MethodName>(method: K, params: Params<K>) =>
    await startEngine(bundle, bench, method, params, { uid: nobodyId }).outcome;
  return { bench, wim, mountPath, call };
}

/** A FUSE mount of user nobody that nobody serves: who may look into it is decided before it is asked anything. */
function mountAsNobody(folder: string): void {
  const device = openSync('/dev/fuse', 'r+');
  onTestFinished(() => {
    unmount(folder, true);
    closeSync(device);
  });
  const options = `fd=3,rootmode=40000,user_id=${nobodyId},group_id=${nobodyId}`;
  execFileSync('mount', ['-i', '-t', 'fuse.theirs', '-o', options, 'theirs', folder], { stdio: ['ignore', 'ignore', 'inherit', device] });
}

describe.runIf(isRoot)('root', () => {
  test('is told that a folder or file is in the FUSE mount of another user', async () => {
    const bench = await workbench();
    const theirs = await bench.mountFolder('theirs');
    const [wim, free] = [await ordinaryWim(bench.folder), await bench.mountFolder()];
    mountAsNobody(theirs);
    const reason = `"${theirs}" is a FUSE mount (fuse.theirs) of user ${nobodyId}, which nobody else can look into, not even root`;
    const [inside, folder] = [join(theirs, 'a.wim'), join(theirs, 'folder')];
    for (const [target, message, attempt] of [
      [theirs, `Cannot open the folder "${theirs}"`, async () => await bench.call('scanHealth', { path: theirs })],
      [inside, `Cannot read "${inside}"`, async () => await bench.call('getImageInfo', { imagePath: inside })],
      [inside, `Cannot mount "${inside}" at "${free}"`, async () => await bench.mount(inside, { mountPath: free })],
      [folder, `Cannot mount "${wim}" at "${folder}"`, async () => await bench.call('mountImage', { imagePath: wim, imageIndex: 1, mountPath: folder })],
    ] as const) {
      expect(await failure(attempt())).toMatchObject({
        symbol: 'E_ACCESSDENIED', target, message: `${message}: ${reason}`, hint: expect.stringContaining('allow_other') as string,
      });
    }
    expect(await failure(bench.mount(wim, { mountPath: theirs, readOnly: true }))).toMatchObject({
      symbol: 'WIM_E_MOUNT_DIR_IN_USE', message: expect.stringContaining(`something is mounted there already: "${theirs}" (fuse.theirs, theirs)`) as string,
    });
    await rm(join(bench.stateDirectory, 'health'), { recursive: true, force: true });
  });
});

describe.runIf(isRoot)('a user who is not root', () => {
  test.for([false, true])('is told that only root can mount for writing, and nothing changes (validateOnly: %s)', async (validateOnly) => {
    const { bench, wim, mountPath, call } = await nobodysBench();
    const hash = await hashFile(wim);
    expect(await call('mountImage', { imagePath: wim, imageIndex: 1, mountPath, validateOnly })).toEqual({
      symbol: 'ERROR_ELEVATION_REQUIRED', message: `Cannot mount "${wim}" at "${mountPath}": only root can mount for writing`,
      hint: 'Run as root, or mount with -ReadOnly.',
    });
    expect(mountsBelow(bench.folder)).toEqual([]);
    expect(await readdir(mountPath)).toEqual([]);
    expect(await readdir(bench.stateDirectory)).toEqual([]);
    expect(await hashFile(wim)).toBe(hash);
  });

  test.runIf(mayUseFuse)('mounts read-only, lists the mount and dismounts it', async () => {
    const { bench, wim, mountPath, call } = await nobodysBench();
    expect(await call('mountImage', { imagePath: wim, imageIndex: 1, mountPath, readOnly: true })).toMatchObject({ result: { mountMode: 'ReadOnly' } });
    expect(await call('listMountedImages', {})).toMatchObject({ result: { mounts: [
      { path: mountPath, imagePath: wim, imageIndex: 1, mountMode: 'ReadOnly', mountStatus: 'Ok' },
    ] } });
    // FUSE shows a mount to processes that have no other user than its own in any way, so not to this one.
    const { stdout } = await promisify(execFile)('cat', [join(mountPath, 'readme.txt')], { uid: nobodyId, gid: nobodyId });
    expect(stdout).toBe(await readFile(join(bench.folder, 'source/readme.txt'), 'utf8'));
    expect(await call('unmountImage', { mountPath, commit: false })).toMatchObject({ result: { path: mountPath } });
    expect(await call('listMountedImages', {})).toMatchObject({ result: { mounts: [] } });
    expect(await readdir(mountPath)).toEqual([]);
    await bench.expectNothingLeft();
  });
});
