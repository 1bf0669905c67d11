/** Who is said to be able to change the module, on folders with such rights. */
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { moduleFolderWarnings, type Trust } from '../../sidecar/src/moduleFolder.ts';
import { isRoot } from '../helpers/nobody.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const own = process.geteuid?.() ?? 0;
const files = ['DismTs.psd1', 'module/DismTs.psm1', 'module/DismTs.Format.ps1xml', 'module/Private/One.ps1', 'module/bin/SHA256SUMS', 'module/bin/linux-x64/dismts'];

/** A module as it is installed, in a folder `above` that only this user can change. */
function install(): { above: string; root: string; executable: string } {
  const above = join(tempFolder(), 'above');
  const root = join(above, 'DismTs');
  for (const name of files) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    chmodSync(path, 0o644);
  }
  for (const name of ['..', '.', 'module', 'module/Private', 'module/bin', 'module/bin/linux-x64']) { chmodSync(join(root, name), 0o755); }
  return { above, root, executable: join(root, 'module/bin/linux-x64/dismts') };
}

function warnings({ executable }: { executable: string }, trust: Trust = { uid: own }): string {
  return moduleFolderWarnings(executable, trust).join('\n');
}

test('nothing is said where only this user and root can write', () => {
  expect(warnings(install())).toBe('');
});

test.each(['.', 'module', 'module/Private', 'module/bin', 'module/bin/linux-x64', ...files])('%s is named when everybody can write it', (name) => {
  const installed = install();
  const path = join(installed.root, name);
  chmodSync(path, 0o777);
  expect(warnings(installed)).toContain(`with your rights: "${path}" can be written by everybody. Give it to root or to yourself`);
  // That of a folder above keeps what is in it; here everything could be added.
  chmodSync(path, 0o1777);
  expect(warnings(installed)).toContain(`"${path}" can be written by everybody`);
});

test('a folder above is named when others can replace what is in it', () => {
  const installed = install();
  chmodSync(installed.above, 0o777);
  expect(warnings(installed)).toContain(`"${installed.above}" can be written by everybody`);
  chmodSync(installed.above, 0o1777);
  expect(warnings(installed)).toBe('');
});

test('at most three are named, and the others counted', () => {
  const installed = install();
  for (const name of files) { chmodSync(join(installed.root, name), 0o666); }
  expect(warnings(installed)).toMatch(/DismTs\.psd1" .*; .*; .*, and 3 more\./);
});

test('texts that are only read are not judged', () => {
  const installed = install();
  const page = join(installed.root, 'module/docs/errors.md');
  mkdirSync(dirname(page));
  writeFileSync(page, '');
  chmodSync(page, 0o666);
  expect(warnings(installed)).toBe('');
});

test('a program elsewhere is not judged', () => {
  const installed = install();
  rmSync(join(installed.root, 'DismTs.psd1'));
  chmodSync(installed.root, 0o777);
  expect(warnings(installed)).toBe('');
});

test.skipIf(!isRoot)('another owner is named (needs root to make one), but not who became root by sudo', () => {
  const installed = install();
  chownSync(installed.executable, 1001, 0);
  expect(warnings(installed)).toContain(`"${installed.executable}" belongs to user 1001`);
  expect(warnings(installed, { uid: 1001 })).toBe('');
  expect(warnings(installed, { uid: 0, sudoUid: 1001 })).toBe('');
  expect(warnings(installed, { uid: 0, sudoUid: 1002 })).toContain('belongs to user 1001');
});

test.skipIf(!isRoot)('a group that can write is named (needs root to make one), but not the one of root or of the user alone', () => {
  const installed = install();
  chmodSync(installed.root, 0o775);
  chownSync(installed.root, 1001, 1001);
  expect(warnings(installed, { uid: 1001 })).toBe('');
  chownSync(installed.root, 1001, 100);
  expect(warnings(installed, { uid: 1001 })).toContain(`"${installed.root}" can be written by group 100`);
  chownSync(installed.root, 1001, 0);
  expect(warnings(installed, { uid: 1001 })).toBe('');
});
