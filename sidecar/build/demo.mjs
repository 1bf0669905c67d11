/**
 * The main job on a WIM that it makes itself: look, mount, change a file, save, dismount, look again.
 * Through the PowerShell module where there is a PowerShell, else through the executable alone. Leaves nothing behind.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPwsh } from './findPwsh.mjs';
import { orExit, root, setUp } from './setup.mjs';

orExit(() => { setUp({ forTests: false, build: true }); });

const executable = join(root, 'module', 'bin', `${process.platform}-${process.arch}`, process.platform === 'win32' ? 'dismts.exe' : 'dismts');
const folder = mkdtempSync(join(tmpdir(), 'dismts-demo-'));
const imagePath = join(folder, 'demo.wim');
const mountPath = join(folder, 'mount');
const largeFile = join(folder, 'large.bin');
mkdirSync(mountPath);
process.exitCode = 1;
// Ctrl+C ends the program that runs, and then this one after it has cleaned up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) { process.on(signal, () => undefined); }
try {
  makeWim();
  const version = findPwsh();
  if (process.platform !== 'win32' && process.getuid() !== 0) {
    asPlainUser();
  } else if (version !== undefined) {
    console.log(`\nThrough the module, in PowerShell ${version}`);
    run('pwsh', ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(import.meta.dirname, 'demo.ps1'), ...[
      '-ImagePath', imagePath, '-MountPath', mountPath, '-LargeFile', largeFile,
    ]]);
  } else {
    console.log('\nThere is no PowerShell (pwsh) here, so through the executable alone');
    withExecutable();
  }
  console.log('\nThe file in the WIM now, as wimlib-imagex reads it:');
  run('wimlib-imagex', ['extract', imagePath, '1', '/Windows/notes.txt', '--to-stdout']);
  console.log(`
Try next:
  ${executable} --help
  Import-Module ./DismTs.psd1; Get-DismTsImage ./install.wim      # in PowerShell, with an image of yours
  Get-Help about_DismTs_Automation                                # scripts that run at night`);
  process.exitCode = 0;
} catch (error) {
  console.error(`The demo stopped: ${error.message}`);
} finally {
  cleanUp();
}

/** An image with a file to change, and a file to put into it that takes long enough to show progress. */
function makeWim() {
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'Windows', 'System32'), { recursive: true });
  writeFileSync(join(tree, 'Windows', 'notes.txt'), 'written before the image was captured\n');
  cpSync(join(root, 'node_modules', 'typescript', 'lib'), join(tree, 'Windows', 'System32'), { recursive: true });
  writeFileSync(largeFile, randomBytes(48 * 1024 * 1024));
  console.log(`Making ${imagePath}`);
  runQuietly('wimlib-imagex', ['capture', tree, imagePath, 'DismTs demo', 'Not really Windows', '--compress=LZX', '--check']);
  // What Windows' own files say of themselves.
  const properties = {
    ARCH: 9, EDITIONID: 'Professional', INSTALLATIONTYPE: 'Client', 'VERSION/MAJOR': 10, 'VERSION/MINOR': 0, 'VERSION/BUILD': 26100, 'VERSION/SPBUILD': 1,
    'LANGUAGES/LANGUAGE': 'en-US', 'LANGUAGES/DEFAULT': 'en-US',
  };
  runQuietly('wimlib-imagex', ['info', imagePath, '1',
    ...Object.entries(properties).flatMap(([name, value]) => ['--image-property', `WINDOWS/${name}=${value}`])]);
}

function withExecutable() {
  const changed = join(mountPath, 'Windows', 'notes.txt');
  dismts('info', imagePath, '--index', '1');
  dismts('mount', imagePath, mountPath, '--index', '1', '--check-integrity');
  dismts('mounts');
  console.log(`\n$ echo 'changed in the mounted image' >> ${changed}`);
  writeFileSync(changed, `${readFileSync(changed, 'utf8')}changed in the mounted image\n`);
  console.log(`\n$ cp ${largeFile} ${mountPath}/Windows`);
  copyFileSync(largeFile, join(mountPath, 'Windows', 'large.bin'));
  dismts('save', mountPath);
  console.log(`\n$ echo 'and once more before the dismount' >> ${changed}`);
  writeFileSync(changed, `${readFileSync(changed, 'utf8')}and once more before the dismount\n`);
  dismts('unmount', mountPath, '--save');
}

/** What everybody may do who is not root: look, and mount without changing anything. */
function asPlainUser() {
  dismts('info', imagePath, '--index', '1');
  try {
    dismts('mount', imagePath, mountPath, '--index', '1', '--read-only');
    dismts('mounts');
    console.log(`\n$ cat ${mountPath}/Windows/notes.txt\n${readFileSync(join(mountPath, 'Windows', 'notes.txt'), 'utf8').trim()}`);
    dismts('unmount', mountPath, '--discard');
  } catch {
    console.log('This user cannot mount here, for the reason above; what needs no mount goes on.');
  }
  dismts('verify', imagePath);
  console.log('\nTo mount for writing, and to save, needs root: sudo npm run demo');
}

/** One command, shown as a user would type it, with its progress and its result. */
function dismts(...words) {
  console.log(`\n$ dismts ${words.join(' ')}`);
  run(executable, [...words, '--progress']);
}

function run(program, programArguments) {
  // A pwsh whose stdin is closed draws its progress over what it has written.
  const stdin = process.stdout.isTTY && process.stdin.isTTY ? 'inherit' : 'ignore';
  // In a file nobody wants the colours that PowerShell writes for a terminal.
  const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' };
  const { status, error } = spawnSync(program, programArguments, { env, stdio: [stdin, 'inherit', 'inherit'] });
  if (error) { throw error; }
  if (status !== 0) { throw new Error(`${program} ended with exit code ${status}`); }
}

function runQuietly(program, programArguments) {
  const { status, stdout, stderr, error } = spawnSync(program, programArguments, { encoding: 'utf8' });
  if (error) { throw error; }
  if (status !== 0) { throw new Error(`${program}: ${stdout}${stderr}`); }
  return stdout;
}

/** Removes the folder, but never through a mount that a failure left there. */
function cleanUp() {
  const { mounts } = JSON.parse(runQuietly(executable, ['mounts', '--json']));
  if (mounts.some((mount) => mount.path === mountPath)) { runQuietly(executable, ['unmount', mountPath, '--discard']); }
  rmSync(folder, { recursive: true });
}
