/** Several hives are changed as one, whatever happens, and nothing is written outside of the image. */
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { WritableFolderImage } from '../../../sidecar/src/imageFiles/writableFolder.ts';
import { EditableHive } from '../../../sidecar/src/registry/editableHive.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { changeImage, finishChange, type OpenHives } from '../../../sidecar/src/servicing/imageChange.ts';
import { getAttribute, setAttribute } from '../../../sidecar/src/platform/linux/attributes.ts';
import { dirtyHive, newLog } from '../../helpers/store/hiveLogWriter.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';
import { bundleChild, canTrace, runTraced } from '../../helpers/store/tracedHealth.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const program = await bundleChild('test/helpers/store/hiveChild.ts');

/** A folder with an image that has two hives. */
function makeImage(): { readonly path: string; readonly config: string } {
  const path = tempFolder();
  const config = join(path, 'Windows', 'System32', 'config');
  mkdirSync(config, { recursive: true });
  for (const name of ['SOFTWARE', 'SYSTEM']) { writeFileSync(join(config, name), writeHive(new KeyBuilder().string('name', name))); }
  return { path, config };
}

function openImage(path: string): WritableFolderImage {
  const image = new WritableFolderImage(path);
  onTestFinished(() => { image.closeNow(); });
  return image;
}

interface Change {
  readonly warnings: string[];
  readonly result: unknown;
}

async function change(
  path: string, edit: (hives: OpenHives) => unknown, options: { validateOnly?: boolean; replayLog?: boolean; signal?: AbortSignal; names?: string[] } = {},
): Promise<Change> {
  const warnings: string[] = [];
  const { names = ['SOFTWARE', 'SYSTEM'], signal = new AbortController().signal, validateOnly, replayLog } = options;
  const hiveOptions = { windows: 'Windows', signal, validateOnly, replayLog, warn: (text: string) => { warnings.push(text); } };
  const result = await changeImage(openImage(path), names, hiveOptions, edit);
  return { warnings, result };
}

const text = (value: string): { type: number; data: Buffer } => ({ type: 1, data: Buffer.from(`${value}\0`, 'utf16le') });
const setBoth = (value: string) => (hives: OpenHives): void => {
  for (const name of ['SOFTWARE', 'SYSTEM']) { hives.get(name).createKey('Test').setValue('v', text(value)); }
};
const valueIn = (config: string, name: string): string | undefined =>
  Hive.parse(readFileSync(join(config, name)), name).key('Test')?.value('v')?.asString();
const both = (config: string): (string | undefined)[] => ['SOFTWARE', 'SYSTEM'].map((name) => valueIn(config, name));

async function failure(action: Promise<unknown>): Promise<DismError> {
  const error: unknown = await action.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof DismError) { return error; }
  throw error instanceof Error ? error : new Error('it did not fail');
}

describe('changeImage()', () => {
  it('changes several hives, keeps what the files are, and leaves nothing beside them', async () => {
    const { path, config } = makeImage();
    const file = join(config, 'SOFTWARE');
    chmodSync(file, 0o640);
    setAttribute(file, 'user.stream', Buffer.from('kept'));
    const { result } = await change(path, (hives) => { setBoth('new')(hives); return 'value'; });
    expect([result, ...both(config)]).toEqual(['value', 'new', 'new']);
    expect([statSync(file).mode & 0o777, getAttribute(file, 'user.stream').toString()]).toEqual([0o640, 'kept']);
    expect(readdirSync(config).sort()).toEqual(['SOFTWARE', 'SYSTEM']);
  });

  it('writes nothing with validateOnly, where nothing changes, and where the change fails or is cancelled', async () => {
    const { path, config } = makeImage();
    const before = ['SOFTWARE', 'SYSTEM'].map((name) => [readFileSync(join(config, name)), lstatSync(join(config, name)).ino]);
    await change(path, setBoth('new'), { validateOnly: true });
    await change(path, (hives) => hives.get('SYSTEM').root.setValue('NAME', text('SYSTEM')));
    await expect(change(path, (hives) => { setBoth('new')(hives); throw new RangeError('stop'); })).rejects.toThrow('stop');
    const controller = new AbortController();
    await expect(change(path, (hives) => { setBoth('new')(hives); controller.abort(); }, { signal: controller.signal })).rejects.toThrow('aborted');
    expect(['SOFTWARE', 'SYSTEM'].map((name) => [readFileSync(join(config, name)), lstatSync(join(config, name)).ino])).toEqual(before);
    expect(readdirSync(config).sort()).toEqual(['SOFTWARE', 'SYSTEM']);
  });

  it('leaves no file open, or the image could not be dismounted', async () => {
    const { path } = makeImage();
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const run = async (fails: boolean): Promise<void> => {
      const image = new WritableFolderImage(path);
      await changeImage(image, ['SOFTWARE', 'SYSTEM'], { windows: 'Windows', signal: new AbortController().signal, warn: () => undefined }, (open) => {
        setBoth(`${fails}`)(open);
        open.putFile('Windows/Panther/unattend.xml', Buffer.from(String(fails)));
        if (fails) { open.putFile('Windows/System32', Buffer.from('in the place of a folder')); }
      }).catch((error: unknown) => { expect([fails, error]).toEqual([true, expect.any(DismError)]); });
      await image.close();
    };
    await run(false);
    const before = openFiles();
    for (const fails of [false, true, false, true]) { await run(fails); }
    expect(openFiles()).toBe(before);
    expect(readFileSync(join(path, 'Windows/Panther/unattend.xml'), 'utf8')).toBe('false');
  });

  it('leaves nothing behind where the disk does not give back what was prepared', async () => {
    const { path, config } = makeImage();
    const source = join(tempFolder(), 'first.cmd');
    writeFileSync(source, 'echo first');
    const image = openImage(path);
    const digest = image.digest.bind(image);
    let readings = 0;
    vi.spyOn(image, 'digest').mockImplementation(async (file, algorithm) => {
      // The first reading is that of the comparison with the source.
      if (file.includes('.dismts-') && ++readings === 2) { throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' }); }
      return await digest(file, algorithm);
    });
    const options = { windows: 'Windows', signal: new AbortController().signal, warn: () => undefined };
    await expect(changeImage(image, [], options, (open) => { open.putFile('Windows/System32/first.cmd', { file: source }); })).rejects.toThrow('EIO');
    expect(readings).toBe(2);
    expect([readdirSync(join(path, 'Windows', 'System32')), readdirSync(config).sort()]).toEqual([['config'], ['SOFTWARE', 'SYSTEM']]);
  });

  it('is done where a hive has its name and only the disk has not confirmed that', async () => {
    const { path, config } = makeImage();
    const image = openImage(path);
    const putInPlace = image.putInPlace.bind(image);
    vi.spyOn(image, 'putInPlace').mockImplementation(async (from, to) => {
      await putInPlace(from, to);
      throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
    });
    const warnings: string[] = [];
    const options = { windows: 'Windows', signal: new AbortController().signal, warn: (warning: string) => { warnings.push(warning); } };
    await changeImage(image, ['SYSTEM'], options, (hives) => { hives.get('SYSTEM').createKey('Test').setValue('v', text('new')); });
    expect(warnings).toEqual([expect.stringMatching(/^The image was changed, but the disk has not confirmed it \(the disk reports an error/)]);
    expect([valueIn(config, 'SYSTEM'), readdirSync(config).sort()]).toEqual(['new', ['SOFTWARE', 'SYSTEM']]);
  });

  it('says which hive is missing, unknown, damaged or not closed', async () => {
    const { path, config } = makeImage();
    expect(await failure(change(path, () => undefined, { names: ['NOSUCH'] }))).toMatchObject({ hresult: Hresult.E_INVALIDARG, target: 'NOSUCH' });
    expect((await failure(change(path, (hives) => hives.get('DRIVERS'), { names: ['DRIVERS'] }))).hresult).toBe(Hresult.ERROR_FILE_NOT_FOUND);
    writeFileSync(join(config, 'SYSTEM'), writeHive(new KeyBuilder(), { dirty: true }));
    expect((await failure(change(path, setBoth('x')))).symbol).toBe('DISMTS_E_HIVE_DIRTY');
    writeFileSync(join(config, 'SYSTEM'), 'no hive');
    expect((await failure(change(path, setBoth('x')))).hresult).toBe(Hresult.ERROR_FILE_CORRUPT);
    expect(both(makeImage().config)).toEqual([undefined, undefined]);
  });

  it('replays the logs of a hive where it is told to', async () => {
    const { path, config } = makeImage();
    const file = join(config, 'SYSTEM');
    const before = readFileSync(file);
    const hive = EditableHive.parse(before, 'SYSTEM');
    hive.createKey('From the log');
    writeFileSync(file, dirtyHive(before, 20));
    writeFileSync(`${file}.LOG2`, newLog([before, hive.toFile()], 20));
    expect((await failure(change(path, setBoth('new')))).symbol).toBe('DISMTS_E_HIVE_DIRTY');
    const { warnings } = await change(path, setBoth('new'), { replayLog: true });
    expect(warnings).toEqual([expect.stringContaining('entries: 1')]);
    expect(Hive.parse(readFileSync(file), 'SYSTEM').key('From the log')).toBeDefined();
    expect(both(config)).toEqual(['new', 'new']);
  });

  it('leaves the other names of a hive as they are, and says so', async () => {
    const { path, config } = makeImage();
    linkSync(join(config, 'SYSTEM'), join(path, 'snapshot'));
    const { warnings } = await change(path, setBoth('new'));
    expect(warnings).toEqual([expect.stringContaining('has 2 names')]);
    expect(Hive.parse(readFileSync(join(path, 'snapshot')), 'snapshot').key('Test')).toBeUndefined();
  });

  it('takes its turn with others that change the same image', async () => {
    const { path, config } = makeImage();
    await Promise.all(Array.from({ length: 8 }, async (_, index) => await change(path, (hives) => { hives.get('SYSTEM').createKey(`Key ${index}`); })));
    expect(Hive.parse(readFileSync(join(config, 'SYSTEM')), 'SYSTEM').root.subkeys()).toHaveLength(8);
  });
});

describe('a change of hives that was interrupted', () => {
  const kills = [...[1, 2, 3, 4].map((when) => ['rename', when] as const), ...[1, 3, 5, 7, 8, 9, 10].map((when) => ['fsync', when] as const), ['unlink', 1] as const];

  it.skipIf(!canTrace).each(kills)('is whole or not at all after a kill at %s number %i, and the next command tidies up', async (call, when) => {
    const { path, config } = makeImage();
    const killed = runTraced(program, tempFolder(), ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`], [path, 'new']);
    if (killed.signal !== 'SIGKILL') { expect(killed.output).toBe('done'); }
    const image = openImage(path);
    await finishChange(image, 'Windows');
    expect([['new', 'new'], [undefined, undefined]]).toContainEqual(both(config));
    await change(path, setBoth('next'));
    expect(both(config)).toEqual(['next', 'next']);
    expect(readdirSync(config).sort()).toEqual(['SOFTWARE', 'SYSTEM']);
  });

  it('is not finished over what another program changed since', async () => {
    const { path, config } = makeImage();
    // Renames in a process: the journal, then the hives.
    const killed = runTraced(program, tempFolder(), ['-e', 'trace=rename', '-e', 'inject=rename:signal=KILL:when=2'], [path, 'new']);
    expect(killed.signal).toBe('SIGKILL');
    const other = writeHive(new KeyBuilder().string('other', 'program'));
    writeFileSync(join(config, 'SYSTEM'), other);
    expect(await failure(change(path, setBoth('x')))).toMatchObject({ hresult: Hresult.ERROR_FILE_CORRUPT, message: expect.stringContaining('another program') as string });
    expect(readFileSync(join(config, 'SYSTEM')).equals(other)).toBe(true);
  });
});

const zeros = '0'.repeat(64);
const temporary = `Windows/System32/config/.dismts-${'0'.repeat(36)}`;
const happened = (files: readonly object[], removals: readonly string[] = []): object => ({ version: 2, state: 'Happened', files, removals });

describe('a hostile image', () => {
  const outside = (): { readonly folder: string; readonly unchanged: () => void } => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'SYSTEM'), writeHive(new KeyBuilder()));
    const before = readFileSync(join(folder, 'SYSTEM'));
    return { folder, unchanged: () => { expect([readdirSync(folder), readFileSync(join(folder, 'SYSTEM'))]).toEqual([['SYSTEM'], before]); } };
  };

  it('leads nobody out of it by a link for a hive, for its folder or for the journal', async () => {
    const { folder, unchanged } = outside();
    const first = makeImage();
    renameSync(join(first.config, 'SYSTEM'), join(first.config, 'aside'));
    symlinkSync(join(folder, 'SYSTEM'), join(first.config, 'SYSTEM'));
    expect((await failure(change(first.path, setBoth('x')))).hresult).toBe(Hresult.E_ACCESSDENIED);
    const second = makeImage();
    renameSync(second.config, join(second.path, 'aside'));
    symlinkSync(folder, second.config);
    expect((await failure(change(second.path, setBoth('x')))).hresult).toBe(Hresult.ERROR_PATH_NOT_FOUND);
    const third = makeImage();
    symlinkSync(join(folder, 'SYSTEM'), join(third.config, '.dismts-change'));
    expect((await failure(change(third.path, setBoth('x')))).hresult).toBe(Hresult.E_ACCESSDENIED);
    unchanged();
  });

  it('cannot choose between two hives whose names differ in case only', async () => {
    const { path, config } = makeImage();
    writeFileSync(join(config, 'system'), writeHive(new KeyBuilder()));
    renameSync(join(config, 'SYSTEM'), join(config, 'System'));
    expect((await failure(change(path, setBoth('x')))).hresult).toBe(Hresult.ERROR_FILE_CORRUPT);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['a way out', JSON.stringify(happened([{ path: '../SYSTEM', temporary, before: zeros, after: zeros }]))],
    ['a name of no temporary file', JSON.stringify(happened([{ path: 'Windows/x', temporary: '../x', before: zeros, after: zeros }]))],
    ['another file of the image', JSON.stringify(happened([{ path: 'Windows/System32/config/SYSTEM', temporary, before: zeros, after: zeros }]))],
    ['something to remove that is no app', JSON.stringify(happened([], ['Windows/System32/config/SYSTEM']))],
    ['an app outside to remove', JSON.stringify(happened([], [`Program Files/WindowsApps/../../../Sample_1.0.0.0_x64__${'a'.repeat(13)}`]))],
  ])('has a journal with %s, which does nothing', async (_, journal) => {
    const { path, config } = makeImage();
    writeFileSync(join(config, '.dismts-change'), journal);
    const before = readFileSync(join(config, 'SYSTEM'));
    expect(await failure(change(path, setBoth('x')))).toBeInstanceOf(DismError);
    expect(readFileSync(join(config, 'SYSTEM')).equals(before)).toBe(true);
  });
});
