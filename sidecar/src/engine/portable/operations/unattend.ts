/** unattend/apply on the portable engine: the pass offlineServicing as far as it is drivers and settings with a known place in the registry. */
import { readFile, stat } from 'node:fs/promises';
import type { applyUnattend as method } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { joinPath } from '../../../imageFiles/imageFiles.ts';
import type { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { WindowsImage } from '../../../inventory/windowsImage.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { maxAnswerFileBytes, readAnswerFile } from '../../../servicing/answerFile.ts';
import { changeHives } from '../../../servicing/changeHives.ts';
import { applyEdits } from '../../../servicing/registryEdits.ts';
import { guarded } from '../../../systemErrors.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { addDriver } from './drivers.ts';
import { requireOffline, withChangeableImage } from './offlineImage.ts';

type Params = z.output<typeof method.params>;

/** Applies an answer file, or refuses it by name before anything is changed. */
export async function applyUnattend(params: Params, context: OperationContext): Promise<z.input<typeof method.result>> {
  const { unattendPath, copyToPanther = false, validateOnly } = params;
  const what = `Cannot apply the answer file "${unattendPath}"`;
  const target = requireOffline(params, what);
  return await guarded(what, unattendPath, context, async () => {
    if ((await stat(unattendPath)).size > maxAnswerFileBytes) { throw new DismError(Hresult.ERROR_FILE_TOO_LARGE, `${what}: it is too large`, { target: unattendPath }); }
    const data = await readFile(unattendPath);
    const warnings: string[] = [];
    const answers = await withChangeableImage(target, what, context, async ({ files, windows }) =>
      readAnswerFile(data, unattendPath, await architectureOf(files, target.path, windows)));
    warnings.push(...answers.warnings);
    // All drivers are looked at before the first is added.
    const drivers = { path: target.path, windowsDirectory: target.windowsDirectory, recurse: true };
    for (const validate of validateOnly === true ? [true] : [true, false]) {
      for (const driver of answers.driverPaths) { await addDrivers({ ...drivers, driver, validateOnly: validate }, what, context); }
    }
    return await withChangeableImage(target, what, context, async ({ files, windows }) => {
      const options = { windows, signal: context.signal, validateOnly, warn: (text: string) => { warnings.push(text); } };
      const hives = [...new Set(answers.edits.map(({ hive }) => hive))];
      const changes = hives.length === 0 ? [] : await changeHives(files, hives, options, (open) => applyEdits(open, answers.edits, context.signal));
      for (const { hive, key, name, changed } of changes) { if (changed) { context.log.info(`Set ${hive}\\${key} "${name}"`); } }
      const isCopied = copyToPanther && await copyIntoPanther(files, windows, data, validateOnly === true, context);
      if (isCopied && answers.hasPasswords) { warnings.push('The answer file holds passwords, which everybody who can read the image can read'); }
      for (const warning of warnings) { context.log.warning(warning); }
      const changed = isCopied || answers.driverPaths.length > 0 || changes.some((change) => change.changed);
      return { ...imageResult(target.path, context, warnings), winPath: windows, changed };
    });
  });
}

/** Name of the image's architecture, as answer files spell it. */
async function architectureOf(files: WritableFolderImage, path: string, windows: string): Promise<string> {
  const image = await WindowsImage.open(files, path, windows);
  const name = (await image.controlSet())?.key('Control\\Session Manager\\Environment')?.value('PROCESSOR_ARCHITECTURE')?.asString() ?? '';
  return name.toLowerCase();
}

/** @throws DismError: one of the drivers cannot be added. */
async function addDrivers(params: Parameters<typeof addDriver>[0], what: string, context: OperationContext): Promise<void> {
  const { results } = await addDriver(params, context);
  const failed = results.find(({ failure }) => failure !== null);
  if (failed !== undefined && failed.failure !== null) {
    throw new DismError(failed.failure.data.nativeCode, `${what}: ${failed.failure.message}`, { target: failed.infPath, hint: failed.failure.data.hint });
  }
}

/** Puts the file where Windows Setup looks for it; one that is there already is kept beside it. @returns false where it was there already. */
async function copyIntoPanther(files: WritableFolderImage, windows: string, data: Buffer, validateOnly: boolean, context: OperationContext): Promise<boolean> {
  const folder = joinPath(windows, 'Panther');
  const path = joinPath(folder, 'unattend.xml');
  const existing = await files.read(path, maxAnswerFileBytes);
  if (existing?.equals(data) === true) { return false; }
  if (validateOnly) { return true; }
  if ((await files.list(windows)).every((name) => name.toLowerCase() !== 'panther')) { await files.makeFolder(folder); }
  const verify = (readBack: Buffer): void => { if (!readBack.equals(data)) { throw new Error('what was read back of the answer file is not what was written'); } };
  if (existing !== undefined) {
    await files.relink(path, `${path}.bak`);
    context.log.info(`The answer file that was there is kept as "${path}.bak"`);
  }
  await files.replace(path, data, { signal: context.signal, verify });
  context.log.info(`The answer file was copied to "${path}"`);
  return true;
}
