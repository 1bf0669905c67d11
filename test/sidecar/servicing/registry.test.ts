/** registry/* on the portable engine: paths and wildcards, values of all types, one result for each change. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeRegistry as changeMethod, getRegistryKeys as keysMethod, getRegistryValues as valuesMethod, importRegistryFile as importMethod } from '@dismts/protocol';
import { describe, expect, it } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import * as registry from '../../../sidecar/src/engine/portable/operations/registry.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { dirtyHive, newLog } from '../../helpers/store/hiveLogWriter.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

/** An image with a few keys. */
function makeImage(): { readonly path: string; readonly config: string } {
  const path = tempFolder();
  const config = join(path, 'Windows', 'System32', 'config');
  mkdirSync(config, { recursive: true });
  mkdirSync(join(path, 'Users', 'Default'), { recursive: true });
  const software = new KeyBuilder();
  software.key('Contoso\\One').string('Name', 'one').dword('Number', 1);
  software.key('Contoso\\Two').string('Name', 'two').binary('Bytes', Buffer.from([0, 255]));
  const system = new KeyBuilder();
  system.key('Select').dword('Current', 1).dword('Default', 2);
  for (const set of [1, 2]) { system.key(`ControlSet00${set}\\Services\\vioscsi`).dword('Start', set); }
  writeFileSync(join(config, 'SOFTWARE'), writeHive(software));
  writeFileSync(join(config, 'SYSTEM'), writeHive(system));
  writeFileSync(join(path, 'Users', 'Default', 'NTUSER.DAT'), writeHive(new KeyBuilder()));
  return { path, config };
}

const keys = async (params: object) => await registry.getRegistryKeys(keysMethod.params.parse(params), testContext(keysMethod.method));
const values = async (params: object) => await registry.getRegistryValues(valuesMethod.params.parse(params), testContext(valuesMethod.method));
const change = async (path: string, edits: readonly object[], more: object = {}) =>
  await registry.changeRegistry(changeMethod.params.parse({ path, edits, ...more }), testContext(changeMethod.method));
const importFile = async (path: string, text: string, more: object = {}) => {
  const registryFile = join(tempFolder(), 'a.reg');
  writeFileSync(registryFile, `\ufeffWindows Registry Editor Version 5.00\r\n\r\n${text}`, 'utf16le');
  return await registry.importRegistryFile(importMethod.params.parse({ path, registryFile, ...more }), testContext(importMethod.method));
};

async function failure(action: Promise<unknown>): Promise<DismError> {
  const error: unknown = await action.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof DismError) { return error; }
  throw error instanceof Error ? error : new Error('it did not fail');
}

describe('registry/getKeys and registry/getValues', () => {
  it('find keys and values by paths and names with wildcards', async () => {
    const { path } = makeImage();
    expect((await keys({ path, hive: 'software', key: 'contoso', children: true })).keys.map(({ key, name, valueCount }) => [key, name, valueCount]))
      .toEqual([['Contoso\\One', 'One', 2], ['Contoso\\Two', 'Two', 2]]);
    expect((await keys({ path, hive: 'SOFTWARE', children: true, recurse: true })).keys.map(({ key }) => key)).toEqual(['Contoso', 'Contoso\\One', 'Contoso\\Two']);
    expect((await values({ path, hive: 'SOFTWARE', key: 'Con*\\*', name: 'n[a]me' })).values.map(({ key, value }) => [key, value]))
      .toEqual([['Contoso\\One', 'one'], ['Contoso\\Two', 'two']]);
    expect((await values({ path, hive: 'SOFTWARE', recurse: true })).values).toHaveLength(4);
    expect((await values({ path, hive: 'SYSTEM', key: 'CurrentControlSet\\Services\\*', name: 'Start' })).values.map(({ key, value }) => [key, value]))
      .toEqual([['ControlSet002\\Services\\vioscsi', '2']]);
    expect((await keys({ path, hive: 'Users\\Default\\NTUSER.DAT' })).keys).toEqual([expect.objectContaining({ key: '', name: '', subkeyCount: 0 })]);
  });

  it('say what is not there', async () => {
    const { path } = makeImage();
    expect((await failure(keys({ path, hive: 'SOFTWARE', key: 'Nowhere' }))).hresult).toBe(Hresult.ERROR_NOT_FOUND);
    expect((await failure(values({ path, hive: 'SOFTWARE', key: 'Contoso\\One', name: 'No' }))).hresult).toBe(Hresult.ERROR_NOT_FOUND);
    expect((await values({ path, hive: 'SOFTWARE', key: 'Contoso\\One', name: 'No*' })).values).toEqual([]);
    expect((await failure(keys({ path, hive: 'NOHIVE' }))).hresult).toBe(Hresult.E_INVALIDARG);
    expect((await failure(keys({ path, hive: 'DRIVERS' }))).hresult).toBe(Hresult.ERROR_FILE_NOT_FOUND);
    expect((await failure(keys({ path, hive: '..\\SOFTWARE' }))).hresult).toBe(Hresult.E_INVALIDARG);
    for (const hive of ['HKLM\\SOFTWARE', 'HKLM:\\SOFTWARE', 'Registry::HKEY_LOCAL_MACHINE\\SOFTWARE', 'HKCU', 'C:\\mount\\Windows\\System32\\config\\SOFTWARE']) {
      expect(await failure(keys({ path, hive }))).toMatchObject({ hresult: Hresult.E_INVALIDARG, hint: expect.stringContaining('SOFTWARE, SYSTEM') as string });
    }
    expect((await failure(keys({ path: tempFolder(), hive: 'SOFTWARE' }))).hresult).toBe(Hresult.ERROR_PATH_NOT_FOUND);
  });

  it.each([
    ['a folder', /is no file, but a folder/, (hive: string) => { rmSync(hive); mkdirSync(hive); }],
    ['a link', /leads through a link/, (hive: string) => { renameSync(hive, `${hive}.old`); symlinkSync(`${hive}.old`, hive); }],
    ['a pipe', /is a pipe, no file/, (hive: string) => { rmSync(hive); execFileSync('mkfifo', [hive]); }],
  ])('say that %s is in the place of a hive, and not that there is none', async (_, message, replace) => {
    const { path, config } = makeImage();
    replace(join(config, 'SOFTWARE'));
    const wanted = { target: expect.stringContaining('SOFTWARE') as string, message: expect.stringMatching(message) as string };
    expect(await failure(keys({ path, hive: 'SOFTWARE' }))).toMatchObject(wanted);
    expect(await failure(values({ path, hive: 'SOFTWARE' }))).toMatchObject(wanted);
    expect(await failure(change(path, [{ action: 'CreateKey', hive: 'SOFTWARE', key: 'New' }]))).toMatchObject(wanted);
  });

  it('say that a folder is in the place of a log that is to be replayed', async () => {
    const { path, config } = makeImage();
    mkdirSync(join(config, 'SOFTWARE.LOG1'));
    expect(await failure(keys({ path, hive: 'SOFTWARE', replayLog: true }))).toMatchObject({ hresult: Hresult.ERROR_FILE_CORRUPT });
  });

  it('refuse a key that begins with a root key of a running Windows, which nothing would look for in the hive', async () => {
    const { path } = makeImage();
    const before = (await keys({ path, hive: 'SOFTWARE', children: true })).keys;
    for (const key of ['HKLM\\SOFTWARE\\Contoso', 'HKLM:\\SOFTWARE\\Contoso', '\\HKEY_LOCAL_MACHINE\\SOFTWARE', 'registry::hkey_users\\.DEFAULT', 'HKCU']) {
      const refused = [
        keys({ path, hive: 'SOFTWARE', key }), values({ path, hive: 'SOFTWARE', key }), change(path, [{ action: 'CreateKey', hive: 'SOFTWARE', key }]),
        change(path, [{ action: 'RemoveKey', hive: 'SOFTWARE', key }]),
      ];
      for (const one of refused) { expect(await failure(one)).toMatchObject({ hresult: Hresult.E_INVALIDARG, target: key }); }
    }
    expect((await keys({ path, hive: 'SOFTWARE', children: true })).keys).toEqual(before);
    await change(path, [{ action: 'CreateKey', hive: 'SOFTWARE', key: 'HKLM-like\\HKLM' }]);
  });

  it('read what the logs of a hive hold, where they are told to', async () => {
    const { path, config } = makeImage();
    const before = writeHive(new KeyBuilder().string('v', 'old'));
    const after = writeHive(new KeyBuilder().string('v', 'new'));
    writeFileSync(join(config, 'SYSTEM'), dirtyHive(before, 20));
    writeFileSync(join(config, 'SYSTEM.LOG1'), newLog([before, after], 20));
    const plain = await values({ path, hive: 'SYSTEM' });
    expect([plain.values[0]?.value, plain.warnings]).toEqual(['old', [expect.stringContaining('-ReplayLog')]]);
    expect((await values({ path, hive: 'SYSTEM', replayLog: true })).values[0]?.value).toBe('new');
    expect(readFileSync(join(config, 'SYSTEM')).equals(dirtyHive(before, 20))).toBe(true);
  });
});

describe('registry/change', () => {
  it('sets values of all types, tells before and after, and hivexsh reads them', async () => {
    const { path, config } = makeImage();
    const place = { hive: 'SOFTWARE', key: 'Contoso\\One', action: 'SetValue' };
    const result = await change(path, [
      { ...place, name: 'Name', type: 'String', value: 'new' },
      { ...place, name: 'Number', type: 'DWord', value: '-1' },
      { ...place, name: 'Hex', type: 'DWord', value: '0x10' },
      { ...place, name: 'Large', type: 'QWord', value: '0xffffffffffffffff' },
      { ...place, name: 'Many', type: 'MultiString', value: ['a', 'b'] },
      { ...place, name: 'Bytes', type: 'Binary', value: '00, FF 10' },
      { ...place, name: 'None', type: 'None', value: '' },
      { ...place, key: 'New\\Key', name: '', type: 'ExpandString', value: '%windir%' },
    ]);
    expect(result.changes.slice(0, 3)).toEqual([
      expect.objectContaining({ changed: true, before: { type: 'String', typeNumber: 1, value: 'one' }, after: { type: 'String', typeNumber: 1, value: 'new' } }),
      expect.objectContaining({ changed: true, after: { type: 'DWord', typeNumber: 4, value: '4294967295' } }),
      expect.objectContaining({ before: null, after: { type: 'DWord', typeNumber: 4, value: '16' } }),
    ]);
    const read = (await values({ path, hive: 'SOFTWARE', key: 'Contoso\\One' })).values;
    expect(read.map(({ name, type, value }) => [name, type, value])).toEqual([
      ['Name', 'String', 'new'], ['Number', 'DWord', '4294967295'], ['Hex', 'DWord', '16'], ['Large', 'QWord', '18446744073709551615'],
      ['Many', 'MultiString', ['a', 'b']], ['Bytes', 'Binary', '00ff10'], ['None', 'None', ''],
    ]);
    const shown = execFileSync('hivexsh', [join(config, 'SOFTWARE')], { input: 'cd New\\Key\nlsval\ncd \\Contoso\\One\nlsval Name\n', encoding: 'utf8' });
    expect(shown).toContain('%windir%');
    expect(shown).toContain('new');
  });

  it('removes, and calls what is not there no error', async () => {
    const { path } = makeImage();
    const result = await change(path, [
      { action: 'RemoveValue', hive: 'SOFTWARE', key: 'Contoso\\One', name: 'NAME' },
      { action: 'RemoveValue', hive: 'SOFTWARE', key: 'Contoso\\Nowhere', name: 'x' },
      { action: 'RemoveKey', hive: 'SYSTEM', key: 'CurrentControlSet\\Services\\vioscsi' },
      { action: 'RemoveKey', hive: 'SYSTEM', key: 'Nowhere' },
      { action: 'CreateKey', hive: 'SOFTWARE', key: 'Contoso' },
    ]);
    expect(result.changes.map(({ key, changed }) => [key, changed])).toEqual([
      ['Contoso\\One', true], ['Contoso\\Nowhere', false], ['ControlSet002\\Services\\vioscsi', true], ['Nowhere', false], ['Contoso', false],
    ]);
    expect(result.changes[0]?.before?.value).toBe('one');
    expect((await failure(change(path, [{ action: 'RemoveKey', hive: 'SOFTWARE', key: 'Contoso' }]))).hresult).toBe(Hresult.ERROR_DIR_NOT_EMPTY);
    expect((await change(path, [{ action: 'RemoveKey', hive: 'SOFTWARE', key: 'Contoso', recurse: true }])).changed).toBe(true);
    expect((await keys({ path, hive: 'SOFTWARE', children: true })).keys).toEqual([]);
  });

  it('changes nothing where one of the changes cannot be, and with validateOnly', async () => {
    const { path, config } = makeImage();
    const before = ['SOFTWARE', 'SYSTEM'].map((name) => readFileSync(join(config, name)));
    const good = { action: 'SetValue', hive: 'SYSTEM', key: 'A', name: 'v', type: 'String', value: 'x' };
    for (const bad of [
      { ...good, hive: 'SOFTWARE', type: 'DWord', value: 'ten' }, { ...good, type: 'DWord', value: '4294967296' }, { ...good, type: 'Binary', value: 'abc' },
      { ...good, type: 'MultiString', value: ['a', ''] }, { ...good, type: 'Unknown', value: '' }, { ...good, type: 'String', value: ['a'] },
      { ...good, key: 'x'.repeat(300) }, { action: 'RemoveKey', hive: 'SYSTEM', key: '', recurse: true },
    ]) {
      expect((await failure(change(path, [good, bad]))).hresult).toBe(Hresult.E_INVALIDARG);
    }
    const planned = await change(path, [good], { validateOnly: true });
    expect([planned.changed, planned.changes[0]?.changed]).toEqual([true, true]);
    expect(['SOFTWARE', 'SYSTEM'].map((name) => readFileSync(join(config, name)))).toEqual(before);
    expect(readdirSync(config).sort()).toEqual(['SOFTWARE', 'SYSTEM']);
  });
});

describe('registry/importFile', () => {
  it('applies a file to several hives, lists what it changed, and does nothing the second time', async () => {
    const { path } = makeImage();
    const text = '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\\One]\r\n"Name"="new"\r\n"Number"=dword:00000001\r\n'
      + '[-HKEY_LOCAL_MACHINE\\SOFTWARE\\Contoso\\Two]\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\vioscsi]\r\n"Start"=dword:00000000\r\n'
      + '[HKEY_CURRENT_USER\\Software\\Contoso]\r\n@="x"\r\n';
    const planned = await importFile(path, text, { validateOnly: true });
    const result = await importFile(path, text);
    expect(result.changes).toEqual(planned.changes);
    expect(result.changes.map(({ action, hive, key, name }) => `${action} ${hive}\\${key} ${name}`)).toEqual([
      'SetValue SOFTWARE\\Contoso\\One Name', 'RemoveKey SOFTWARE\\Contoso\\Two ', 'SetValue SYSTEM\\ControlSet002\\Services\\vioscsi Start',
      'CreateKey NTUSER\\Software\\Contoso ', 'SetValue NTUSER\\Software\\Contoso ',
    ]);
    expect([result.changed, result.editCount, result.warnings]).toEqual([true, 8, [expect.stringContaining('HKEY_CURRENT_USER')]]);
    expect(await importFile(path, text)).toMatchObject({ changed: false, changes: [] });
  });
});
