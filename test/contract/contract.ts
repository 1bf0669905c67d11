/** What every engine has to do, whatever stands behind it. Each engine's test file runs these cases with what it needs for them. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { engineMethods, ErrorCode, type DismErrorData, type EngineName } from '@dismts/protocol';
import { ResponseError } from 'vscode-jsonrpc/node';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Engine } from '../../sidecar/src/engine/engine.ts';
import { engineOperations, runOperation } from '../../sidecar/src/operation.ts';
import { sampleParams } from './sampleParams.ts';

type Methods = typeof engineMethods;

/** An engine, and where it finds what the cases are about. */
export interface ContractBench {
  readonly engine: Engine;
  /** A file with the images 1 and 2, the second of the name `secondName`. */
  readonly imagePath: string;
  readonly secondName: string;
  /** A folder with a Windows whose content can be listed. */
  readonly windowsPath: string;
  /** A new, empty folder. */
  readonly emptyFolder: () => string;
  /** A folder in which no log is kept for longer than the test. */
  readonly logDirectory: string;
}

/** Cases that an engine cannot pass, by their titles, and why. */
export type ContractGaps = Readonly<Record<string, string>>;

interface EngineUnderContract {
  readonly title: string;
  readonly name: EngineName;
  readonly gaps: ContractGaps;
  /** Called in each test. */
  readonly bench: () => Promise<ContractBench>;
}

/** Has an operation done as the server does it. */
async function run<K extends keyof Methods>(
  bench: ContractBench, method: K, params: unknown, signal = new AbortController().signal,
): Promise<z.output<Methods[K]['result']>> {
  const operation = engineOperations.get(engineMethods[method].method);
  if (operation === undefined) { throw new Error(`there is no operation "${method}"`); }
  return await runOperation({
    operation, params, signal, engine: bench.engine, onProgress: () => undefined,
    defaults: { logPath: '', logLevel: 'WarningsInfo', scratchDirectory: '', logDirectory: bench.logDirectory },
  }) as z.output<Methods[K]['result']>;
}

/** The error that crosses the wire, with its data. */
async function failure(operation: Promise<unknown>): Promise<{ readonly code: number; readonly message: string; readonly data: DismErrorData }> {
  const error: unknown = await operation.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ResponseError);
  const { code, message, data } = error as ResponseError<DismErrorData>;
  return { code, message, data: data as DismErrorData };
}

/** Writes files by their paths below a folder. */
function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** The files below a folder. */
function readTree(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => !statSync(join(root, name)).isDirectory());
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

const methodNames = Object.keys(engineMethods) as (keyof Methods)[];

/** Declares the cases for one engine. */
export function describeContract({ title, name, gaps, bench: makeBench }: EngineUnderContract): void {
  const used = new Set<string>();
  /** A case; one that is a gap is skipped with its reason. */
  const contract = (caseTitle: string, body: (bench: ContractBench) => Promise<void>): void => {
    used.add(caseTitle);
    const reason = gaps[caseTitle];
    test.skipIf(reason !== undefined)(reason === undefined ? caseTitle : `${caseTitle} (${reason})`, async () => { await body(await makeBench()); });
  };

  describe(`the ${title} engine`, () => {
    contract('has each method, or says why not', ({ engine }) => {
      expect(engine.name).toBe(name);
      for (const method of methodNames) {
        const reason = engine.unsupported[engineMethods[method].method];
        expect([method, engine[method] === undefined], method).toEqual([method, reason !== undefined]);
        expect(reason ?? 'a reason').toMatch(/^\S.*[^.]$/);
      }
      const known = new Set<string>(methodNames.map((method) => engineMethods[method].method));
      for (const method of [...Object.keys(engine.unsupported), ...engine.cancellable]) { expect(known).toContain(method); }
      for (const method of engine.cancellable) { expect(engine.unsupported).not.toHaveProperty([method]); }
      return Promise.resolve();
    });

    contract('refuses what it cannot do with the reason and the engine that can', async (bench) => {
      for (const method of methodNames) {
        const { method: wireName } = engineMethods[method];
        const reason = bench.engine.unsupported[wireName];
        if (reason === undefined) { continue; }
        const { code, message, data } = await failure(run(bench, method, sampleParams(bench)[method]));
        expect([wireName, code, data.symbol, data.category, data.source]).toEqual([wireName, ErrorCode.UnsupportedError, 'ERROR_NOT_SUPPORTED', 'NotImplemented', 'dismts']);
        expect(message).toBe(`The ${name} engine cannot do "${wireName}": ${reason}`);
        expect(data.hint).toContain(name === 'Native' ? 'Portable' : 'Native');
      }
    });

    contract('answers every method, or fails for a normal reason', async (bench) => {
      for (const method of methodNames) {
        const outcome = await run(bench, method, { ...sampleParams(bench)[method], validateOnly: true }).then(() => undefined, (error: unknown) => error);
        if (outcome === undefined) { continue; }
        expect(outcome, method).toBeInstanceOf(ResponseError);
        const { code, message } = outcome as ResponseError<unknown>;
        expect([ErrorCode.DismError, ErrorCode.WimError, ErrorCode.UnsupportedError], `${method}: ${message}`).toContain(code);
      }
    });

    contract('does nothing that was cancelled before it began', async (bench) => {
      for (const method of methodNames) {
        if (bench.engine.unsupported[engineMethods[method].method] !== undefined) { continue; }
        const { code, data } = await failure(run(bench, method, sampleParams(bench)[method], AbortSignal.abort()));
        expect([method, code, data.symbol, data.category]).toEqual([method, ErrorCode.RequestCancelled, 'ERROR_CANCELLED', 'OperationStopped']);
      }
    });

    contract('refuses a scratch folder that is not there, whether it needs one or not', async (bench) => {
      const scratchDirectory = join(bench.emptyFolder(), 'missing');
      for (const method of methodNames) {
        if (bench.engine.unsupported[engineMethods[method].method] !== undefined || method === 'getEnvironment') { continue; }
        const { data } = await failure(run(bench, method, { ...sampleParams(bench)[method], scratchDirectory }));
        expect([method, data.symbol, data.target, data.hint]).toEqual([method, 'ERROR_PATH_NOT_FOUND', scratchDirectory, expect.stringContaining('-ScratchDirectory')]);
      }
    });

    contract('tells what it needs of the machine', async (bench) => {
      const environment = await run(bench, 'getEnvironment', {});
      expect(environment).toMatchObject({ engine: name, architecture: expect.stringMatching(/./) as string });
      expect(environment.ready).toBe(environment.checks.every(({ state }) => state !== 'Missing'));
      for (const check of environment.checks) { expect(check.hint === '').toBe(check.state === 'Ok'); }
    });

    contract('describes the images of a file', async (bench) => {
      const { imagePath, secondName } = bench;
      const { images } = await run(bench, 'getImageInfo', { imagePath });
      expect(images.map((image) => [image.imagePath, image.imageIndex])).toEqual([[imagePath, 1], [imagePath, 2]]);
      expect((await run(bench, 'getImageInfo', { imagePath, imageIndex: 2 })).images).toEqual([images[1]]);
      expect((await run(bench, 'getImageInfo', { imagePath, imageName: secondName })).images).toEqual([images[1]]);
    });

    contract('says of an index or name that the file does not have', async (bench) => {
      const { imagePath } = bench;
      expect((await failure(run(bench, 'getImageInfo', { imagePath, imageIndex: 3 }))).data.symbol).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
      expect((await failure(run(bench, 'getImageInfo', { imagePath, imageName: 'Nobody' }))).data.symbol).toBe('DISMAPI_E_INVALID_IMAGE_NAME');
      const mountPath = bench.emptyFolder();
      expect((await failure(run(bench, 'mountImage', { imagePath, imageIndex: 3, mountPath }))).data.symbol).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
      expect((await failure(run(bench, 'mountImage', { imagePath, imageName: 'Nobody', mountPath }))).data.symbol).toBe('DISMAPI_E_INVALID_IMAGE_NAME');
    });

    contract('says of a file that does not exist', async (bench) => {
      const { code, data } = await failure(run(bench, 'getImageInfo', { imagePath: `${bench.imagePath}.missing.wim` }));
      expect([code, data.symbol, data.category, data.target]).toEqual([ErrorCode.DismError, 'ERROR_FILE_NOT_FOUND', 'ObjectNotFound', `${bench.imagePath}.missing.wim`]);
    });

    contract('says of a folder where nothing is mounted', async (bench) => {
      const mountPath = bench.emptyFolder();
      const symbol = async (method: keyof Methods, params: object) => (await failure(run(bench, method, { mountPath, ...params }))).data.symbol;
      expect(await symbol('unmountImage', { commit: false })).toBe('DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH');
      expect(await symbol('unmountImage', { commit: true })).toBe('DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH');
      expect(await symbol('commitImage', {})).toBe('DISMAPI_E_UNABLE_TO_UNMOUNT_IMAGE_PATH');
      expect(await symbol('remountImage', {})).toBe('WIM_E_INVALID_REMOUNT_TARGET');
    });

    contract('mounts, lists and dismounts', async (bench) => {
      const { imagePath, secondName } = bench;
      const mountPath = bench.emptyFolder();
      const listed = async () => (await run(bench, 'listMountedImages', {})).mounts.filter(({ path }) => path === mountPath);
      expect(await listed()).toEqual([]);
      expect(await run(bench, 'mountImage', { imagePath, imageName: secondName, mountPath, validateOnly: true })).toMatchObject({ path: mountPath, imageIndex: 2 });
      expect(await listed()).toEqual([]);
      expect(await run(bench, 'mountImage', { imagePath, imageName: secondName, mountPath })).toMatchObject({
        path: mountPath, online: false, imagePath, imageIndex: 2, mountMode: 'ReadWrite', restartNeeded: false,
      });
      expect(await listed()).toEqual([{ path: mountPath, imagePath, imageIndex: 2, mountMode: 'ReadWrite', mountStatus: 'Ok', statusReason: '', mountId: expect.any(String) as string }]);
      const again = await failure(run(bench, 'mountImage', { imagePath, imageIndex: 2, mountPath: bench.emptyFolder() }));
      expect(again.data).toMatchObject({ symbol: 'WIM_E_ALREADY_MOUNTED_READWRITE', category: 'ResourceExists' });
      expect(await run(bench, 'commitImage', { mountPath })).toMatchObject({ imageIndex: 2 });
      expect(await run(bench, 'unmountImage', { mountPath, commit: true, validateOnly: true })).toMatchObject({ path: mountPath });
      expect(await listed()).toHaveLength(1);
      expect(await run(bench, 'unmountImage', { mountPath, commit: true })).toMatchObject({ path: mountPath, online: false, restartNeeded: false });
      expect(await listed()).toEqual([]);
    });

    contract('saves nothing into what is mounted read-only', async (bench) => {
      const mountPath = bench.emptyFolder();
      expect(await run(bench, 'mountImage', { imagePath: bench.imagePath, imageIndex: 1, mountPath, readOnly: true })).toMatchObject({ mountMode: 'ReadOnly' });
      try {
        expect((await failure(run(bench, 'commitImage', { mountPath }))).data.symbol).toBe('WIM_E_MOUNTED_READONLY');
        expect((await failure(run(bench, 'unmountImage', { mountPath, commit: true }))).data.symbol).toBe('WIM_E_MOUNTED_READONLY');
      } finally {
        await run(bench, 'unmountImage', { mountPath, commit: false });
      }
    });

    contract('refuses a mount folder that is missing or not empty', async (bench) => {
      const { imagePath, windowsPath } = bench;
      const symbol = async (mountPath: string) => (await failure(run(bench, 'mountImage', { imagePath, imageIndex: 1, mountPath }))).data.symbol;
      expect(await symbol(`${bench.emptyFolder()}/missing`)).toBe('WIM_E_MOUNT_DIR_NOT_FOUND');
      expect(await symbol(windowsPath)).toBe('WIM_E_MOUNT_DIR_NOT_EMPTY');
    });

    contract('lists packages and features, and gives their details', async (bench) => {
      const { windowsPath: path } = bench;
      const basics = { path, online: false, winPath: 'Windows', restartNeeded: false, warnings: [] };
      const { packages, ...packagesOf } = await run(bench, 'getPackages', { path });
      expect(packagesOf).toMatchObject(basics);
      const [first] = packages;
      expect(packages.length).toBeGreaterThan(1);
      const detailed = await run(bench, 'getPackages', { path, packageName: first?.packageName });
      expect(detailed.packages).toEqual([
        expect.objectContaining({ ...first, features: expect.any(Array) as unknown, restartRequired: expect.any(String) as unknown }),
      ]);

      const { features, ...featuresOf } = await run(bench, 'getFeatures', { path });
      expect(featuresOf).toMatchObject(basics);
      const byName = await run(bench, 'getFeatures', { path, featureName: features[0]?.featureName });
      expect(byName.features).toEqual([expect.objectContaining({ ...features[0], displayName: expect.any(String) as unknown })]);
      expect((await run(bench, 'getFeatures', { path, detailed: true })).features.map((one) => one.featureName)).toEqual(features.map((one) => one.featureName));
      const unknown = await failure(run(bench, 'getFeatures', { path, featureName: 'missing' }));
      expect(unknown.data).toMatchObject({ symbol: 'DISMAPI_E_UNKNOWN_FEATURE', category: 'ObjectNotFound' });
    });

    contract('lists drivers and capabilities, and names the edition', async (bench) => {
      const { windowsPath: path } = bench;
      const { drivers } = await run(bench, 'getDrivers', { path });
      expect(drivers.length).toBeGreaterThan(0);
      const devices = await run(bench, 'getDrivers', { path, driver: drivers[0]?.driver });
      for (const device of devices.drivers) { expect(device).toMatchObject({ driver: drivers[0]?.driver, version: drivers[0]?.version }); }
      const { capabilities } = await run(bench, 'getCapabilities', { path });
      const byName = await run(bench, 'getCapabilities', { path, name: capabilities[0]?.name });
      expect(byName.capabilities).toEqual([expect.objectContaining({ ...capabilities[0], downloadSize: expect.any(Number) as unknown })]);
      const unknown = await failure(run(bench, 'getCapabilities', { path, name: 'missing' }));
      expect(unknown.data).toMatchObject({ symbol: 'ERROR_NOT_FOUND', category: 'ObjectNotFound', target: 'missing' });
      expect((await run(bench, 'getEdition', { path })).edition).toMatch(/./);
    });

    /** A file with the images First and Second, and the folders that they are of. */
    async function captured(bench: ContractBench): Promise<{ readonly imagePath: string; readonly first: string; readonly at: (name: string) => string }> {
      const folder = bench.emptyFolder();
      const at = (name: string): string => join(folder, name);
      writeTree(at('first'), { 'Windows/a.txt': 'one', 'Windows/sub/b.txt': 'two', 'c.txt': 'one' });
      writeTree(at('second'), { 'Windows/a.txt': 'one', 'd.txt': 'three' });
      const imagePath = at('a.wim');
      const result = await run(bench, 'captureImage', { imagePath, capturePath: at('first'), imageName: 'First', description: 'D', compressionType: 'Fast' });
      expect(result).toMatchObject({ path: at('first'), imagePath, imageIndex: 1, sizeBefore: 0, sizeAfter: statSync(imagePath).size, plan: null });
      expect(await run(bench, 'appendImage', { imagePath, capturePath: at('second'), imageName: 'Second' })).toMatchObject({ imageIndex: 2 });
      return { imagePath, first: at('first'), at };
    }
    const contentOf = async (bench: ContractBench, imagePath: string, imageIndex: number): Promise<string[]> => {
      const { paths, next } = await run(bench, 'getImageContent', { imagePath, imageIndex });
      expect(next).toBeNull();
      return [...paths].sort();
    };
    const firstContent = ['\\', '\\Windows\\', '\\Windows\\a.txt', '\\Windows\\sub\\', '\\Windows\\sub\\b.txt', '\\c.txt'];
    const secondContent = ['\\', '\\Windows\\', '\\Windows\\a.txt', '\\d.txt'];

    contract('captures folders, lists and applies their images', async (bench) => {
      const { imagePath, first, at } = await captured(bench);
      expect(await contentOf(bench, imagePath, 1)).toEqual(firstContent);
      expect(await contentOf(bench, imagePath, 2)).toEqual(secondContent);
      mkdirSync(at('target'));
      expect(await run(bench, 'applyImage', { imagePath, imageName: 'first', applyPath: at('target') })).toMatchObject({ path: at('target'), imagePath, imageIndex: 1 });
      expect(readTree(at('target'))).toEqual(readTree(first));
      expect(await run(bench, 'extractImageItem', { imagePath, imageIndex: 1, itemPath: '/windows/sub', destination: at('out') })).toMatchObject({ path: at('out') });
      expect(readTree(at('out'))).toEqual({ 'b.txt': 'two' });
      expect(await run(bench, 'testImageFile', { imagePath })).toMatchObject({ healthy: true, integrityTable: 'None', contentsChecked: 3, damage: [] });
    });

    contract('exports, removes, renames and writes anew', async (bench) => {
      const { imagePath, at } = await captured(bench);
      await run(bench, 'setImage', { imagePath, imageIndex: 2, newName: 'Other', flags: 'Professional', bootIndex: 2 });
      expect(await run(bench, 'exportImage', { sourceImagePath: imagePath, sourceIndexes: '*', destinationImagePath: at('b.wim'), compressionType: 'Max', checkIntegrity: true }))
        .toMatchObject({ imageIndexes: [1, 2], sizeBefore: 0 });
      expect(await run(bench, 'testImageFile', { imagePath: at('b.wim') })).toMatchObject({ healthy: true, integrityTable: 'Ok' });
      expect(await contentOf(bench, at('b.wim'), 2)).toEqual(secondContent);
      expect(await run(bench, 'exportImage', { sourceImagePath: imagePath, sourceIndexes: [1], destinationImagePath: at('b.wim'), destinationName: 'Again' })).toMatchObject({ imageIndexes: [3] });
      expect(await run(bench, 'removeImage', { imagePath: at('b.wim'), imageName: 'First' })).toMatchObject({ removedIndex: 1, removedName: 'First', imageIndex: null });
      expect(await contentOf(bench, at('b.wim'), 1)).toEqual(secondContent);
      expect(await run(bench, 'optimizeImageFile', { imagePath: at('b.wim'), compressionType: 'Fast' })).toMatchObject({ imagePath: at('b.wim') });
      expect(await contentOf(bench, at('b.wim'), 2)).toEqual(firstContent);
    });

    contract('refuses what would harm image files, with the codes that scripts know', async (bench) => {
      const { imagePath, first, at } = await captured(bench);
      const before = readFileSync(imagePath);
      mkdirSync(at('empty'));
      const symbol = async (method: keyof Methods, params: unknown): Promise<string> => (await failure(run(bench, method, params))).data.symbol;
      expect(await symbol('captureImage', { imagePath, capturePath: first, imageName: 'x' })).toBe('ERROR_FILE_EXISTS');
      expect(await symbol('captureImage', { imagePath: at('x.wim'), capturePath: at('empty'), imageName: 'x' })).toBe('E_INVALIDARG');
      expect(await symbol('captureImage', { imagePath: at('x.wim'), capturePath: at('missing'), imageName: 'x' })).toBe('ERROR_PATH_NOT_FOUND');
      expect(await symbol('appendImage', { imagePath, capturePath: first, imageName: 'FIRST' })).toBe('ERROR_ALREADY_EXISTS');
      expect(await symbol('appendImage', { imagePath: at('missing.wim'), capturePath: first, imageName: 'x' })).toBe('ERROR_FILE_NOT_FOUND');
      expect(await symbol('applyImage', { imagePath, imageIndex: 3, applyPath: at('empty') })).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
      expect(await symbol('applyImage', { imagePath, imageIndex: 1, applyPath: at('missing') })).toBe('ERROR_PATH_NOT_FOUND');
      expect(await symbol('exportImage', { sourceImagePath: imagePath, sourceName: 'Nobody', destinationImagePath: at('x.wim') })).toBe('DISMAPI_E_INVALID_IMAGE_NAME');
      expect(await symbol('exportImage', { sourceImagePath: imagePath, sourceIndexes: [1], destinationImagePath: imagePath })).toBe('E_INVALIDARG');
      expect(await symbol('exportImage', { sourceImagePath: imagePath, sourceIndexes: [1, 1], destinationImagePath: at('x.wim') })).toBe('ERROR_ALREADY_EXISTS');
      expect(await symbol('setImage', { imagePath, imageIndex: 2, newName: 'First' })).toBe('ERROR_ALREADY_EXISTS');
      expect(await symbol('setImage', { imagePath, bootIndex: 3 })).toBe('DISMAPI_E_INVALID_IMAGE_INDEX');
      expect(await symbol('joinImage', { imagePath, destinationImagePath: at('x.wim') })).toBe('E_INVALIDARG');
      expect(await symbol('extractImageItem', { imagePath, imageIndex: 1, itemPath: 'nothing', destination: at('x') })).toBe('ERROR_FILE_NOT_FOUND');
      expect(readFileSync(imagePath)).toEqual(before);
      expect(await run(bench, 'removeImage', { imagePath, imageIndex: 1 })).toMatchObject({ removedIndex: 1 });
      expect(await symbol('removeImage', { imagePath, imageIndex: 1 })).toBe('E_ACCESSDENIED');
      expect(readdirSync(at('')).sort()).toEqual(['a.wim', 'empty', 'first', 'second']);
    });

    test('knows its gaps', () => {
      for (const gap of Object.keys(gaps)) { expect(used).toContain(gap); }
    });
  });
}
