/** WIMBoot by the native engine, over a double of wofutil.dll and a program that stands for dism.exe. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lacksDouble } from '../../../helpers/dismDouble.ts';
import { startWork } from './work.ts';

const lacking = lacksDouble('elf');

describe.skipIf(lacking !== undefined)('WIMBoot', () => {
  test('lists the WIM files that a volume points into', async () => {
    const work = startWork();
    const path = work.tree('wimboot', {});
    expect(await work.run('getWimBootEntries', { path })).toMatchObject({ path, entries: [
      {
        dataSourceId: '9223372036854775807', imagePath: '\\\\?\\Images\\install.wim', imageIndex: 1, guid: '{01234567-89ab-cdef-0102-030405060708}', wimType: 'OS',
        active: true, suspended: false,
      },
      { dataSourceId: '2', imagePath: '', imageIndex: 3, guid: '{00000000-0000-0000-0000-000000000000}', wimType: 'NotOS', active: false, suspended: true },
    ] });
    expect(await work.run('getWimBootEntries', { path: work.tree('plain', {}) })).toMatchObject({ entries: [] });
    await expect(work.run('getWimBootEntries', { path: work.at('missing') })).rejects.toMatchObject({ symbol: 'ERROR_PATH_NOT_FOUND' });
    await expect(work.run('getWimBootEntries', { path: work.tree('denied', {}) })).rejects.toMatchObject({ symbol: 'E_ACCESSDENIED' });
  });

  test('says where a WIM file has gone, of a data source that is there', async () => {
    const work = startWork();
    const path = work.tree('wimboot', {});
    const imagePath = work.at('install.wim');
    const update = (params: object) => work.run('updateWimBootEntry', { path, dataSourceId: '9223372036854775807', imagePath, ...params });
    await expect(update({})).rejects.toMatchObject({ symbol: 'ERROR_FILE_NOT_FOUND', target: imagePath });
    writeFileSync(imagePath, '');
    await expect(update({ dataSourceId: '7' })).rejects.toMatchObject({ symbol: 'ERROR_NOT_FOUND' });
    await expect(update({ dataSourceId: '9223372036854775808' })).rejects.toMatchObject({ symbol: 'E_INVALIDARG' });
    const second = async () => (await work.run('getWimBootEntries', { path })).entries[1]?.dataSourceId;
    expect(await update({ validateOnly: true })).toMatchObject({ path, restartNeeded: false });
    expect(await second()).toBe('2');
    expect(await update({})).toMatchObject({ path, restartNeeded: true });
    expect(await second()).toBe('5');
  });

  test('has the DISM of Windows capture a custom image, where there is something to capture', async () => {
    const work = startWork();
    const capturePath = work.tree('wimboot', {});
    const configFilePath = work.at('WimScript.ini');
    writeFileSync(configFilePath, '');
    expect(await work.run('captureCustomImage', { capturePath, configFilePath, checkIntegrity: true, verify: true })).toMatchObject({ path: capturePath });
    const started = work.context().lines.find((line) => line.includes('/Capture-CustomImage'));
    for (const argument of [`/CaptureDir:${capturePath}`, `/ConfigFile:${configFilePath}`, '/CheckIntegrity', '/Verify', '/English', '/NoRestart']) { expect(started).toContain(argument); }
    await expect(work.run('captureCustomImage', { capturePath: work.tree('plain', {}) })).rejects.toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED' });
    await expect(work.run('captureCustomImage', { capturePath: work.tree('wimboot-fail-5', {}) })).rejects.toMatchObject({
      symbol: 'E_ACCESSDENIED', message: expect.stringContaining('DISM says: Error: 5') as string,
    });
  });
});
