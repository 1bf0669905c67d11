/** image/getInfo on real files, hostile files and hostile XML; wimlib-imagex confirms. */
import { chmod, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getImageInfo as method } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { parseXmlTime } from '../../../sidecar/src/engine/portable/images/wim/information.ts';
import { getImageInfo } from '../../../sidecar/src/engine/portable/operations/getImageInfo.ts';
import { CancelledError, DismError } from '../../../sidecar/src/errors.ts';
import { parseXmlNumber } from '../../../sidecar/src/wim/imageXml.ts';
import { hostileContents, hostileFiles, hostileXml } from '../../helpers/hostileWims.ts';
import { isRoot, asNobody } from '../../helpers/nobody.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { rawWim, wimXml } from '../../helpers/rawWim.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { appendImage, captureWim, imagex, ordinaryWim, setProperties, windowsProperties, writeTree } from '../../helpers/wims.ts';

type Params = Parameters<typeof getImageInfo>[0];

/** Asks as the server does: parameters and result go through the protocol's schemas. */
async function info(params: Params, scratchDirectory = tempFolder()) {
  const context = testContext('image/getInfo', { scratchDirectory });
  try {
    return method.result.parse(await getImageInfo(method.params.parse(params), context)).images;
  } finally {
    expect(await readdir(scratchDirectory).catch(() => [])).toEqual([]);
  }
}

async function failure(promise: Promise<unknown>): Promise<DismError> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(DismError);
  return error as DismError;
}

async function hostile(bytes: Uint8Array): Promise<string> {
  const path = join(tempFolder(), 'hostile.wim');
  await writeFile(path, bytes);
  return path;
}

describe('getImageInfo()', () => {
  test('gives every property that the XML of a Windows image has', async () => {
    const path = await ordinaryWim(tempFolder(), { name: 'Windows 11 Pro', description: 'Windows 11 Pro \u2013 \u65e5\u672c', boot: true });
    await setProperties(path, 1, {
      ...windowsProperties, 'CREATIONTIME/HIGHPART': '0x01DB0A2B', 'CREATIONTIME/LOWPART': '0x3C4D5E6F',
      'LASTMODIFICATIONTIME/HIGHPART': '0x01DB0A2B', 'LASTMODIFICATIONTIME/LOWPART': '0x3C4D5E70',
    });
    expect(await info({ imagePath: path })).toEqual([{
      imagePath: path, imageIndex: 1, imageName: 'Windows 11 Pro', imageDescription: 'Windows 11 Pro \u2013 \u65e5\u672c',
      imageSize: 575_058, imageType: 'Wim', wimBoot: true, imageBootable: 'Yes', architecture: 9, hal: 'acpiapic',
      version: '10.0.26100.4652', majorVersion: 10, minorVersion: 0, build: 26_100, spBuild: 4652, spLevel: 7,
      editionId: 'Professional', installationType: 'Client', productName: 'Microsoft\u00ae Windows\u00ae Operating System',
      productType: 'WinNT', productSuite: 'Terminal Server', systemRoot: 'WINDOWS', directoryCount: 12, fileCount: 8,
      createdTime: '2024-09-19T00:31:14.913Z', modifiedTime: '2024-09-19T00:31:14.913Z',
      languages: ['de-DE', 'en-US'], defaultLanguageIndex: 1,
    }]);
    // wiminfo, on the same file, says the same.
    const printed = await imagex('info', path, '1');
    for (const line of [
      'Display Name|Name: +Windows 11 Pro', 'Directory Count: +12', 'File Count: +8', 'Total Bytes: +575058', 'Architecture: +x86_64',
      'Creation Time: +Thu Sep 19 00:31:14 2024 UTC', 'Edition ID: +Professional', 'HAL: +acpiapic', 'Languages: +de-DE en-US',
      'Default Language: +en-US', 'Service Pack Build: +4652', 'WIMBoot compatible: +yes',
    ]) {
      expect(printed).toMatch(new RegExp(line));
    }
  });

  test('gives null and empty texts where the XML has nothing', async () => {
    const path = await hostile(rawWim({ xml: hostileXml.nothing }));
    expect(await info({ imagePath: path })).toEqual([{
      imagePath: path, imageIndex: 1, imageName: '', imageDescription: '', imageSize: 0, imageType: 'Wim', wimBoot: false,
      imageBootable: 'No', architecture: null, hal: '', version: '', majorVersion: null, minorVersion: null, build: null,
      spBuild: null, spLevel: null, editionId: '', installationType: '', productName: '', productType: '', productSuite: '',
      systemRoot: '', directoryCount: null, fileCount: null, createdTime: null, modifiedTime: null, languages: [],
      defaultLanguageIndex: null,
    }]);
  });

  test('lists several images, and picks one by index or name', async () => {
    const folder = tempFolder();
    const source = await writeTree(join(folder, 'source'), { 'a.txt': 'a' });
    const path = await captureWim(source, join(folder, 'several.wim'), { name: 'First' });
    await appendImage(source, path, { name: 'Second', boot: true });
    await appendImage(source, path, { name: 'Third' });
    const all = await info({ imagePath: path });
    expect(all.map(({ imageIndex, imageName, imageBootable }) => [imageIndex, imageName, imageBootable])).toEqual([
      [1, 'First', 'No'], [2, 'Second', 'Yes'], [3, 'Third', 'No'],
    ]);
    expect(await info({ imagePath: path, imageIndex: 2 })).toEqual([all[1]]);
    expect(await info({ imagePath: path, imageName: 'third' })).toEqual([all[2]]);
    expect(await failure(info({ imagePath: path, imageIndex: 4 }))).toMatchObject({
      symbol: 'DISMAPI_E_INVALID_IMAGE_INDEX', target: path,
      message: `Cannot read "${path}": image index 4 does not exist, the file holds images 1 to 3`,
    });
    expect(await failure(info({ imagePath: path, imageName: 'Fourth' }))).toMatchObject({
      symbol: 'DISMAPI_E_INVALID_IMAGE_NAME', target: path,
      message: `Cannot read "${path}": image name "Fourth" does not exist, its images are "First", "Second", "Third"`,
    });
  });

  test.for([
    ['none', {}], ['XPRESS', { integrity: true }], ['LZX', {}], ['LZMS', {}], ['LZMS', { solid: true }], ['LZX', { pipable: true }],
  ] as const)('reads %s %o', async ([compress, more]) => {
    const path = await ordinaryWim(tempFolder(), { compress, ...more, name: 'Ordinary', description: 'Text' });
    expect(await info({ imagePath: path })).toMatchObject([{ imageName: 'Ordinary', imageDescription: 'Text', fileCount: 8, imageSize: 575_058 }]);
  });

  test('reads any part of a split WIM, without the others', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder, { boot: true });
    await setProperties(path, 1, windowsProperties);
    const [whole] = await info({ imagePath: path });
    for (const part of ['part.swm', 'part2.swm']) {
      const alone = tempFolder();
      await imagex('split', path, join(alone, 'part.swm'), '0.1');
      expect((await readdir(alone)).length).toBeGreaterThan(1);
      for (const name of await readdir(alone)) {
        if (name !== part) { await rm(join(alone, name)); }
      }
      const swm = join(alone, part);
      const [image] = await info({ imagePath: swm });
      expect({ ...image, imageBootable: 'Yes' }).toEqual({ ...whole, imagePath: swm });
    }
  });

  test.for(Object.entries(hostileFiles))('refuses %s', async ([name, [symbol, build]]) => {
    const path = await hostile(build());
    if (name === 'lookupTableSizes') {
      // The lookup table says nothing of images, and is not read.
      expect(await info({ imagePath: path })).toMatchObject([{ imageIndex: 1 }]);
      return;
    }
    const error = await failure(info({ imagePath: path }));
    // What is a virtual disk by its mark alone is read as one.
    if (name === 'vhd' || name === 'vhdx') { expect(error.symbol).toMatch(/^ERROR_VHD_/); } else { expect(error).toMatchObject({ symbol, target: path }); }
    expect(error.message).toMatch(/^Cannot read ".*hostile.wim": /);
  });

  test('shows images whose content is hostile', async () => {
    for (const build of Object.values(hostileContents)) {
      expect(await info({ imagePath: await hostile(build()) })).toMatchObject([{ imageIndex: 1, imageBootable: 'No' }]);
    }
  });

  test('is not confused by what stands in the XML', async () => {
    const of = async (name: keyof typeof hostileXml) => (await info({ imagePath: await hostile(rawWim({ xml: hostileXml[name] })) }))[0];
    expect(await of('hexNumbers')).toMatchObject({ imageSize: 4096, directoryCount: 10, fileCount: 7, architecture: 9 });
    expect(await of('garbageNumbers')).toMatchObject({
      imageSize: 0, directoryCount: null, fileCount: null, createdTime: null, modifiedTime: null,
      architecture: null, version: '', majorVersion: null, minorVersion: null, build: null, spBuild: null,
    });
    expect(await of('nested')).toMatchObject({ imageName: '', imageDescription: '  spaced  ', languages: [], defaultLanguageIndex: null });
    expect((await of('manyLanguages'))?.languages).toHaveLength(1000);
    expect((await of('longName'))?.imageName).toHaveLength(1_000_000);
    for (const xml of [hostileXml.entities, hostileXml.externalEntity]) {
      expect(await failure(info({ imagePath: await hostile(rawWim({ xml })) }))).toMatchObject({ symbol: 'WIM_E_INVALID_CONTAINER' });
    }
  });

  test('composes the version of what parts there are', async () => {
    const version = (elements: string) => wimXml([`<WINDOWS><VERSION>${elements}</VERSION></WINDOWS>`]);
    for (const [elements, expected] of [
      ['<MAJOR>6</MAJOR><MINOR>1</MINOR><BUILD>7601</BUILD><SPBUILD>17514</SPBUILD>', '6.1.7601.17514'],
      ['<MAJOR>10</MAJOR><MINOR>0</MINOR><BUILD>22621</BUILD>', '10.0.22621.0'],
      ['<BUILD>22621</BUILD>', ''],
      ['<MAJOR>10</MAJOR><MINOR>0</MINOR><BUILD>99999999999</BUILD>', '10.0.0.0'],
      ['<MAJOR>0x100000000</MAJOR><MINOR>0</MINOR>', ''],
    ] as const) {
      expect((await info({ imagePath: await hostile(rawWim({ xml: version(elements) })) }))[0]?.version).toBe(expected);
    }
  });

  test('gives no number of Windows that has more than 32 bits: Windows never had it, and callers keep it in 32', async () => {
    const xml = wimXml(['<WINDOWS><ARCH>4294967296</ARCH><VERSION><MAJOR>1</MAJOR><BUILD>4294967295</BUILD><SPBUILD>4294967296</SPBUILD><SPLEVEL>1e3</SPLEVEL></VERSION></WINDOWS>']);
    expect((await info({ imagePath: await hostile(rawWim({ xml })) }))[0]).toMatchObject({
      architecture: null, majorVersion: 1, build: 4_294_967_295, spBuild: null, spLevel: null,
    });
  });

  test.runIf(isRoot)('needs no right but to read the file', async () => {
    const folder = tempFolder();
    const path = await ordinaryWim(folder);
    const scratch = tempFolder();
    await chmod(scratch, 0o777);
    await chmod(folder, 0o755);
    await asNobody(async () => { expect(await info({ imagePath: path }, scratch)).toHaveLength(1); });
  });

  test('stops when it was cancelled before', async () => {
    const path = await ordinaryWim(tempFolder());
    expect(await failure(getImageInfo(method.params.parse({ imagePath: path }), testContext('image/getInfo', { signal: AbortSignal.abort() }))))
      .toBeInstanceOf(CancelledError);
  });
});

describe('parseXmlNumber()', () => {
  test.for([
    ['0', 0], ['42', 42], [' 42\n', 42], ['007', 7], ['0x1F', 31], ['0X1f', 31], ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', null], ['0xFFFFFFFFFFFFFFFF', null], ['', null], [undefined, null], ['0x', null], ['-1', null], ['+1', null],
    ['1.5', null], ['1e3', null], ['Infinity', null], ['\u0661', null], ['1 2', null],
  ] as const)('reads %j as %j', ([text, expected]) => {
    expect(parseXmlNumber(text)).toBe(expected);
  });
});

describe('parseXmlTime()', () => {
  test.for([
    ['0x01D5BF3B', '0x00000000', '2019-12-30T18:00:20.127Z'],
    ['0x0', '0x0', null],
    ['0x0', '0x1', '1601-01-01T00:00:00.000Z'],
    ['0x24C85A5E', '0xD1C03FFF', '9999-12-31T23:59:59.999Z'],
    ['0x24C85A5E', '0xD1C04000', null],
    ['0xFFFFFFFF', '0xFFFFFFFF', null],
    ['0x100000000', '0x0', null],
    ['0x01D5BF3B', undefined, null],
    ['no', '0x0', null],
  ] as const)('reads %s %s as %s', ([high, low, expected]) => {
    expect(parseXmlTime(high, low)).toBe(expected);
  });
});
