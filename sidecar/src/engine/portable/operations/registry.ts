/** registry/* on the portable engine: reads and changes the hives of an image. */
import { readFile } from 'node:fs/promises';
import type {
  changeRegistry as changeMethod, getRegistryKeys as keysMethod, getRegistryValues as valuesMethod, ImageResult, importRegistryFile as importMethod,
  RegistryChange, RegistryEdit,
} from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { changeImage } from '../../../servicing/imageChange.ts';
import { parseRegFile } from '../../../servicing/regFile.ts';
import { encodeContent } from '../../../servicing/registryData.ts';
import { applyEdits, type HiveEdit } from '../../../servicing/registryEdits.ts';
import { findKeys, findValues } from '../../../servicing/registryQuery.ts';
import { openHive, requireKeyOfHive } from '../../../servicing/readHive.ts';
import { guarded } from '../../../systemErrors.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { type ImageParams, withChangeableImage, withReadableImage } from './offlineImage.ts';

/** No .reg file of use is larger. */
const maxRegFileBytes = 64 * 1024 * 1024;
/** What one answer can hold. */
const maxChanges = 10_000;

function result(params: ImageParams, windows: string, context: OperationContext, warnings: readonly string[]): ImageResult {
  for (const warning of warnings) { context.log.warning(warning); }
  return { ...imageResult(params.path, context, warnings), winPath: windows };
}

/** Keys that match a path. */
export async function getRegistryKeys(params: z.output<typeof keysMethod.params>, context: OperationContext): Promise<z.input<typeof keysMethod.result>> {
  return await guarded(`Cannot read the registry of "${params.path}"`, params.path, context, async () =>
    await withReadableImage(params, context, async (files, windows, warnings) => {
      const hive = await openHive(files, windows, params, (text) => { warnings.push(text); });
      requireKeyOfHive(params.hive, params.key);
      const keys = findKeys(hive, params, context.signal);
      return { ...result(params, windows, context, warnings), keys };
    }));
}

/** Values of the keys that match a path. */
export async function getRegistryValues(params: z.output<typeof valuesMethod.params>, context: OperationContext): Promise<z.input<typeof valuesMethod.result>> {
  return await guarded(`Cannot read the registry of "${params.path}"`, params.path, context, async () =>
    await withReadableImage(params, context, async (files, windows, warnings) => {
      const hive = await openHive(files, windows, params, (text) => { warnings.push(text); });
      requireKeyOfHive(params.hive, params.key);
      const values = findValues(hive, params, context.signal);
      return { ...result(params, windows, context, warnings), values };
    }));
}

/** Changes, all or none. */
export async function changeRegistry(params: z.output<typeof changeMethod.params>, context: OperationContext): Promise<z.input<typeof changeMethod.result>> {
  const what = `Cannot change the registry of "${params.path}"`;
  return await guarded(what, params.path, context, async () => {
    // Whatever is wrong with the values is told before the image is touched.
    const edits = params.edits.map(toHiveEdit);
    const { changes, ...image } = await change(params, edits, what, [], context);
    return { ...image, changed: changes.some(({ changed }) => changed), changes };
  });
}

/** Applies a .reg file, all of it or nothing. */
export async function importRegistryFile(
  params: z.output<typeof importMethod.params>, context: OperationContext,
): Promise<z.input<typeof importMethod.result>> {
  const what = `Cannot import "${params.registryFile}" into "${params.path}"`;
  return await guarded(what, params.registryFile, context, async () => {
    const file = await readFile(params.registryFile);
    if (file.length > maxRegFileBytes) {
      throw new DismError(Hresult.ERROR_FILE_TOO_LARGE, `${what}: it has ${file.length} bytes`, { target: params.registryFile });
    }
    const { edits, warnings } = parseRegFile(file, params.registryFile);
    const { changes, ...image } = await change(params, edits, what, warnings, context);
    const changed = changes.filter((one) => one.changed);
    return {
      ...image,
      warnings: [...image.warnings, ...changed.length > maxChanges ? [`Only the first ${maxChanges} of ${changed.length} changes are listed`] : []],
      changed: changed.length > 0, changes: changed.slice(0, maxChanges), editCount: edits.length,
    };
  });
}

function toHiveEdit(edit: RegistryEdit): HiveEdit {
  requireKeyOfHive(edit.hive, edit.key);
  switch (edit.action) {
    case 'SetValue': return { action: 'SetValue', hive: edit.hive, key: edit.key, name: edit.name, content: encodeContent(edit.type, edit.value, edit.name) };
    case 'RemoveKey': return { action: 'RemoveKey', hive: edit.hive, key: edit.key, recurse: edit.recurse === true };
    default: return edit;
  }
}

async function change(
  params: ImageParams & { readonly replayLog?: boolean | undefined; readonly validateOnly?: boolean | undefined },
  edits: readonly HiveEdit[], what: string, warnings: readonly string[], context: OperationContext,
): Promise<ImageResult & { readonly changes: RegistryChange[] }> {
  const told = [...warnings];
  return await withChangeableImage(params, what, context, async ({ files, windows }) => {
    const { signal } = context;
    const { replayLog, validateOnly } = params;
    const hives = [...new Set(edits.map(({ hive }) => hive.toUpperCase()))];
    const options = { windows, signal, replayLog, validateOnly, warn: (text: string) => { told.push(text); } };
    const changes = hives.length === 0 ? [] : await changeImage(files, hives, options, (open) => applyEdits(open, edits, signal));
    for (const { action, hive, key, name, changed } of changes) {
      if (changed) { context.log.info(`${validateOnly === true ? 'Would be done: ' : ''}${action} ${hive}\\${key}${name === '' ? '' : ` "${name}"`}`); }
    }
    return { ...result(params, windows, context, told), changes };
  });
}
