/** unattend/apply on the portable engine: the pass offlineServicing as far as it is drivers and settings with a known place in the registry. */
import { readFile, stat } from 'node:fs/promises';
import type { applyUnattend as method, RegistryChange } from '@dismts/protocol';
import type { z } from 'zod';
import { addPackagesTo, withDriverFiles } from '../../../drivers/addPackages.ts';
import { driverHives } from '../../../drivers/driverChange.ts';
import { infMessage } from '../../../drivers/infMessage.ts';
import { DismError, reworded } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { joinPath } from '../../../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { WindowsImage } from '../../../inventory/windowsImage.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { type AnswerFile, maxAnswerFileBytes, readAnswerFile } from '../../../servicing/answerFile.ts';
import { changeImage, type ImageChange } from '../../../servicing/imageChange.ts';
import { applyEdits } from '../../../servicing/registryEdits.ts';
import { guarded } from '../../../systemErrors.ts';
import { requireInfFiles } from '../../../drivers/infFolder.ts';
import { changeOf } from '../driverChanges.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { type ChangeableImage, requireOffline, withChangeableImage } from './offlineImage.ts';

type Params = z.output<typeof method.params>;

/** Applies an answer file as one change, or refuses it by name before anything is changed. */
export async function applyUnattend(params: Params, context: OperationContext): Promise<z.input<typeof method.result>> {
  const { unattendPath, validateOnly = false } = params;
  const what = `Cannot apply the answer file "${unattendPath}"`;
  const target = requireOffline(params, what);
  return await guarded(what, unattendPath, context, async () => {
    if ((await stat(unattendPath)).size > maxAnswerFileBytes) { throw new DismError(Hresult.ERROR_FILE_TOO_LARGE, `${what}: it is too large`, { target: unattendPath }); }
    const data = await readFile(unattendPath);
    return await withChangeableImage(target, what, context, async (image) => {
      const { files, windows } = image;
      const answers = readAnswerFile(data, unattendPath, await architectureOf(files, target.path, windows));
      const infPaths = await infFilesOf(answers.driverPaths, what, context);
      // Everything is looked at before the first driver is written.
      for (const validate of validateOnly ? [true] : [true, false]) {
        const warnings = [...answers.warnings];
        const applied = await apply({ ...params, answers, infPaths, data, what, validateOnly: validate }, image, warnings, context);
        if (validate !== validateOnly) { continue; }
        for (const warning of warnings) { context.log.warning(warning); }
        return { ...imageResult(target.path, context, warnings), winPath: windows, ...applied };
      }
      throw new Error('nothing was applied');
    });
  });
}

interface Application {
  readonly path?: string | undefined;
  readonly copyToPanther?: boolean | undefined;
  readonly bootCritical?: boolean | undefined;
  readonly validateOnly: boolean;
  readonly answers: AnswerFile;
  readonly infPaths: readonly string[];
  readonly data: Buffer;
  readonly what: string;
}

/** What was changed, or would be. */
interface Applied {
  readonly changed: boolean;
  readonly settings: RegistryChange[];
  readonly addedDrivers: string[];
  readonly writtenFiles: string[];
}

/** Drivers, settings and the file for Windows Setup, in one change. */
async function apply(
  { path = '', copyToPanther = false, bootCritical = false, validateOnly, answers, infPaths, data, what }: Application, image: ChangeableImage, warnings: string[], context: OperationContext,
): Promise<Applied> {
  const { files, windows } = image;
  const change = await changeOf(image, { path, validateOnly }, warnings, context);
  const options = { windows, signal: context.signal, validateOnly, warn: (text: string) => { warnings.push(text); } };
  const hives = [...new Set([...infPaths.length === 0 ? [] : driverHives, ...answers.edits.map(({ hive }) => hive)])];
  return await withDriverFiles(change, async (journal) => await changeImage(files, hives, options, async (open) => {
    const added = infPaths.length === 0 ? [] : await addPackagesTo(open, infPaths, { forceUnsigned: false, bootCritical }, change, journal);
    for (const { failure, infPath } of added) {
      if (failure !== undefined) {
        throw reworded(failure, `${what}: ${infMessage(failure, infPath)}`, { target: failure.target ?? infPath });
      }
    }
    const settings = applyEdits(open, answers.edits, context.signal);
    for (const { hive, key, name, changed } of settings) { if (changed) { context.log.info(`${validateOnly ? 'Would be set' : 'Set'}: ${hive}\\${key} "${name}"`); } }
    const writtenFiles = copyToPanther ? await copyIntoPanther(open, files, windows, data, context) : [];
    if (writtenFiles.length > 0 && answers.hasPasswords) { warnings.push('The answer file holds passwords, which everybody who can read the image can read'); }
    const addedDrivers = added.filter(({ isNew }) => isNew).map(({ infPath }) => infPath);
    return { changed: writtenFiles.length > 0 || addedDrivers.length > 0 || settings.some((one) => one.changed), settings, addedDrivers, writtenFiles };
  }));
}

/** The INF files of the folders that the file names. */
async function infFilesOf(folders: readonly string[], what: string, context: OperationContext): Promise<string[]> {
  const infPaths: string[] = [];
  for (const folder of folders) {
    const why = `${what}: its drivers of "${folder}" cannot be added`;
    const search = { recurse: true, what: why, beforeEach: () => { context.signal.throwIfAborted(); } };
    infPaths.push(...await guarded(why, folder, context, async () => Promise.resolve(requireInfFiles(folder, search))));
  }
  return infPaths;
}

/** Name of the image's architecture, as answer files spell it. */
async function architectureOf(files: WritableFolderImage, path: string, windows: string): Promise<string> {
  const image = await WindowsImage.open(files, path, windows);
  const name = (await image.controlSet())?.key('Control\\Session Manager\\Environment')?.value('PROCESSOR_ARCHITECTURE')?.asString() ?? '';
  return name.toLowerCase();
}

/** Puts the file where Windows Setup looks for it; one that is there already is kept beside it. @returns What is written: nothing if it was there already. */
async function copyIntoPanther(
  open: ImageChange, files: WritableFolderImage, windows: string, data: Buffer, context: OperationContext,
): Promise<string[]> {
  const folder = joinPath(windows, 'Panther');
  const path = joinPath(folder, 'unattend.xml');
  const existing = await files.read(path, maxAnswerFileBytes);
  if (existing?.equals(data) === true) { return []; }
  const written = [path];
  if (existing !== undefined) {
    const names = new Set((await files.list(folder)).map((name) => name.toLowerCase()));
    let number = 1;
    while (names.has(backupName(number))) { number++; }
    const backup = joinPath(folder, backupName(number));
    open.putFile(backup, existing, path);
    written.push(backup);
    context.log.info(`The answer file that is there is kept as "${backupName(number)}"`);
  }
  open.putFile(path, data);
  context.log.info(`The answer file is copied to "${path}"`);
  return written;
}

/** Earlier ones are kept, too. */
function backupName(number: number): string {
  return `unattend.xml.bak${number === 1 ? '' : number}`;
}
