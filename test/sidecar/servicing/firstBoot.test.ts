/** What waits for the first start: one script that is its own record, a call in SetupComplete.cmd, and both without a trace when taken back. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addFirstBoot as addMethod, getFirstBoot as getMethod, removeFirstBoot as removeMethod } from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import * as firstBoot from '../../../sidecar/src/engine/portable/operations/firstBoot.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { buildStore } from '../../helpers/store/syntheticImage.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

function makeImage(): { readonly path: string; readonly scripts: string } {
  const path = tempFolder();
  mkdirSync(join(path, 'Windows/System32/config'), { recursive: true });
  writeFileSync(join(path, 'Windows/System32/config/SOFTWARE'), writeHive(new KeyBuilder()));
  return { path, scripts: join(path, 'Windows/Setup/Scripts') };
}

function packageFile(name: string, content = 'package'): string {
  const file = join(tempFolder(), name);
  writeFileSync(file, content);
  return file;
}

const add = async (path: string, params: object) => await firstBoot.addFirstBoot(addMethod.params.parse({ path, ...params }), testContext(addMethod.method));
const remove = async (path: string, name: string, more: object = {}) =>
  await firstBoot.removeFirstBoot(removeMethod.params.parse({ path, name, ...more }), testContext(removeMethod.method));
const list = async (path: string) => (await firstBoot.getFirstBoot(getMethod.params.parse({ path }), testContext(getMethod.method))).items.map(({ kind, name }) => `${kind} ${name}`);

async function failure(action: Promise<unknown>): Promise<DismError> {
  const error: unknown = await action.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof DismError) { return error; }
  throw error instanceof Error ? error : new Error('it did not fail');
}

describe('firstBoot/add', () => {
  it('puts the file, the script and the call into the image, and does nothing the second time', async () => {
    const { path, scripts } = makeImage();
    mkdirSync(scripts, { recursive: true });
    const own = '@echo off\r\necho caf\xe9\r\n';
    writeFileSync(join(scripts, 'SetupComplete.cmd'), own, 'latin1');
    const kb = packageFile('kb5043080.msu');
    expect(await add(path, { kind: 'Package', packagePath: kb, validateOnly: true })).toMatchObject({
      changed: true, items: [{ kind: 'Package', name: 'kb5043080.msu' }], removedFiles: [], removedLines: [],
      writtenFiles: ['Windows/Setup/Scripts/DismTs/Files/kb5043080.msu', 'Windows/Setup/Scripts/DismTs/FirstBoot.cmd', 'Windows/Setup/Scripts/SetupComplete.cmd'],
      addedLines: [
        { path: 'Windows/Setup/Scripts/DismTs/FirstBoot.cmd', line: '"%WINDIR%\\System32\\dism.exe" /Online /NoRestart /Quiet /Add-Package /PackagePath:"%~dp0Files\\kb5043080.msu"' },
        { path: 'Windows/Setup/Scripts/SetupComplete.cmd', line: 'call "%WINDIR%\\Setup\\Scripts\\DismTs\\FirstBoot.cmd"' },
      ],
    });
    expect(readdirSync(scripts)).toEqual(['SetupComplete.cmd']);
    expect(await add(path, { kind: 'Package', packagePath: kb })).toMatchObject({ changed: true, warnings: [expect.stringContaining('DismTs-FirstBoot.log')] });
    await add(path, { kind: 'Feature', name: 'TelnetClient', all: true });
    await add(path, { kind: 'Capability', name: 'OpenSSH.Server~~~~0.0.1.0' });
    expect(await list(path)).toEqual(['Package kb5043080.msu', 'Feature TelnetClient', 'Capability OpenSSH.Server~~~~0.0.1.0']);
    for (const params of [{ kind: 'Package', packagePath: kb }, { kind: 'Feature', name: 'telnetclient', all: true }]) { expect((await add(path, params)).changed).toBe(false); }
    const script = readFileSync(join(scripts, 'DismTs/FirstBoot.cmd'), 'latin1');
    expect(script.split('\r\n').filter((line) => line.includes('dism.exe'))).toEqual([
      '"%WINDIR%\\System32\\dism.exe" /Online /NoRestart /Quiet /Add-Package /PackagePath:"%~dp0Files\\kb5043080.msu" >>"%LOG%" 2>&1',
      '"%WINDIR%\\System32\\dism.exe" /Online /NoRestart /Quiet /Enable-Feature /FeatureName:TelnetClient /All >>"%LOG%" 2>&1',
      '"%WINDIR%\\System32\\dism.exe" /Online /NoRestart /Quiet /Add-Capability /CapabilityName:OpenSSH.Server~~~~0.0.1.0 >>"%LOG%" 2>&1',
    ]);
    expect(script.replaceAll('\r\n', '')).not.toContain('\n');
    expect(readFileSync(join(scripts, 'DismTs/Files/kb5043080.msu'), 'utf8')).toBe('package');
    expect(readFileSync(join(scripts, 'SetupComplete.cmd'), 'latin1')).toBe(
      `rem DismTs: begin\r\ncall "%WINDIR%\\Setup\\Scripts\\DismTs\\FirstBoot.cmd"\r\nrem DismTs: end\r\n${own}`);
    await add(path, { kind: 'Package', packagePath: packageFile('kb5043080.msu', 'newer') });
    expect([await list(path), readFileSync(join(scripts, 'DismTs/Files/kb5043080.msu'), 'utf8')]).toEqual([expect.arrayContaining(['Package kb5043080.msu']), 'newer']);

    expect(await remove(path, 'Telnet*', { validateOnly: true })).toMatchObject({
      changed: true, writtenFiles: ['Windows/Setup/Scripts/DismTs/FirstBoot.cmd'], removedFiles: [],
      removedLines: [{ path: 'Windows/Setup/Scripts/DismTs/FirstBoot.cmd', line: expect.stringContaining('/FeatureName:TelnetClient /All') as string }],
    });
    expect(await remove(path, '*', { validateOnly: true })).toMatchObject({
      writtenFiles: ['Windows/Setup/Scripts/SetupComplete.cmd'], removedFiles: ['Windows/Setup/Scripts/DismTs'],
      removedLines: [{ path: 'Windows/Setup/Scripts/SetupComplete.cmd' }],
    });
    expect((await remove(path, 'Telnet*')).items).toEqual([{ kind: 'Feature', name: 'TelnetClient', all: true }]);
    expect((await remove(path, 'Nothing')).changed).toBe(false);
    expect((await remove(path, '*')).items).toHaveLength(2);
    expect(readdirSync(scripts)).toEqual(['SetupComplete.cmd']);
    expect(readFileSync(join(scripts, 'SetupComplete.cmd'), 'latin1')).toBe(own);
  });

  it('leaves no SetupComplete.cmd behind that was not there', async () => {
    const { path, scripts } = makeImage();
    await add(path, { kind: 'Feature', name: 'NetFx3' });
    expect(readdirSync(scripts).sort()).toEqual(['DismTs', 'SetupComplete.cmd']);
    await add(path, { kind: 'Feature', name: 'Other' });
    await remove(path, 'NetFx3');
    await remove(path, '*');
    expect(readdirSync(join(path, 'Windows'))).toEqual(['System32']);
  });

  it('leaves folders that were there, or that hold what others put there', async () => {
    const there = makeImage();
    mkdirSync(there.scripts, { recursive: true });
    await add(there.path, { kind: 'Feature', name: 'NetFx3' });
    await remove(there.path, '*');
    expect(readdirSync(there.scripts)).toEqual([]);
    const filled = makeImage();
    await add(filled.path, { kind: 'Feature', name: 'NetFx3' });
    writeFileSync(join(filled.path, 'Windows/Setup/own.txt'), 'kept');
    await remove(filled.path, '*');
    expect(readdirSync(join(filled.path, 'Windows/Setup'))).toEqual(['own.txt']);
  });

  it('keeps names out of the script that could mean something there', async () => {
    const { path } = makeImage();
    for (const name of ['a & del', 'a"b', '%PATH%', 'a\nb', '..', 'ä']) {
      expect((await failure(add(path, { kind: 'Feature', name }))).hresult).toBe(Hresult.E_INVALIDARG);
    }
    await add(path, { kind: 'Package', packagePath: packageFile('a & b.cab') });
    expect(await list(path)).toEqual([expect.stringMatching(/^Package [0-9a-f]{16}\.cab$/)]);
    expect((await failure(add(path, { kind: 'Package', packagePath: packageFile('a.exe') }))).hresult).toBe(Hresult.E_INVALIDARG);
    expect(await list(makeImage().path)).toEqual([]);
  });

  it('refuses a feature that the image does not have, unless a package that waits may bring it', async () => {
    const path = tempFolder();
    await buildStore(path);
    expect(await failure(add(path, { kind: 'Feature', name: 'DismTs-Feature-Of' }))).toMatchObject({ hresult: Hresult.DISMAPI_E_UNKNOWN_FEATURE });
    expect(await list(path)).toEqual([]);
    await add(path, { kind: 'Feature', name: 'dismts-feature-off' });
    expect((await add(path, { kind: 'Capability', name: 'Not.There~~~~0.0.1.0' })).warnings).toContainEqual(expect.stringContaining('no capability "Not.There~~~~0.0.1.0" now'));
    await add(path, { kind: 'Package', packagePath: packageFile('brings.cab') });
    expect((await add(path, { kind: 'Feature', name: 'Later' })).warnings).toContainEqual(expect.stringContaining('no feature "Later" now'));
  });

  it('takes a folder in place of a script for no absent one', async () => {
    for (const name of ['SetupComplete.cmd', 'DismTs/FirstBoot.cmd']) {
      const { path, scripts } = makeImage();
      mkdirSync(join(scripts, name), { recursive: true });
      expect(await failure(add(path, { kind: 'Feature', name: 'NetFx3' }))).toMatchObject({ hresult: Hresult.ERROR_FILE_CORRUPT, message: expect.stringContaining(name) as string });
    }
  });

  it('writes nothing outside of a hostile image, and refuses a script that is none', async () => {
    const outside = tempFolder();
    const first = makeImage();
    mkdirSync(join(first.path, 'Windows/Setup'), { recursive: true });
    symlinkSync(outside, first.scripts);
    await failure(add(first.path, { kind: 'Feature', name: 'NetFx3' }));
    const second = makeImage();
    mkdirSync(second.scripts, { recursive: true });
    symlinkSync(outside, join(second.scripts, 'dismts'));
    await failure(add(second.path, { kind: 'Package', packagePath: packageFile('a.cab') }));
    const third = makeImage();
    mkdirSync(third.scripts, { recursive: true });
    writeFileSync(join(third.scripts, 'SetupComplete.cmd'), 'echo', 'utf16le');
    expect((await failure(add(third.path, { kind: 'Feature', name: 'NetFx3' }))).hresult).toBe(Hresult.ERROR_BAD_FORMAT);
    expect(readdirSync(outside)).toEqual([]);
  });
});
