/** firstBoot/* on the portable engine. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { addFirstBoot as addMethod, getFirstBoot as getMethod, removeFirstBoot as removeMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { WritableFolderImage } from '../../../imageFiles/writableFolder.ts';
import { listCapabilities } from '../../../inventory/capabilities.ts';
import { listFeatures } from '../../../inventory/features.ts';
import type { OperationContext } from '../../../operationContext.ts';
import * as firstBoot from '../../../servicing/firstBoot.ts';
import { wildcardMatcher } from '../../../wildcard.ts';
import { guarded, messageOf } from '../../../systemErrors.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { readWindows } from '../windowsReading.ts';
import { type ImageParams, withChangeableImage, withReadableImage } from './offlineImage.ts';

const shownPlan = ({ writtenFiles, removedFiles, addedLines, removedLines }: firstBoot.FirstBootPlan) =>
  ({ writtenFiles: [...writtenFiles], removedFiles: [...removedFiles], addedLines: [...addedLines], removedLines: [...removedLines] });

const shown = ({ kind, name, all = false }: firstBoot.FirstBootItem) => ({ kind, name, all });

/** What waits. */
export async function getFirstBoot(params: z.output<typeof getMethod.params>, context: OperationContext): Promise<z.input<typeof getMethod.result>> {
  return await guarded(`Cannot read what waits in "${params.path}"`, params.path, context, async () =>
    await withReadableImage(params, context, async (files, windows, warnings) =>
      ({ ...imageResult(params.path, context, warnings), winPath: windows, items: (await firstBoot.listFirstBoot(files, windows)).map(shown) })));
}

/** Has Windows do it when it is set up. */
export async function addFirstBoot(params: z.output<typeof addMethod.params>, context: OperationContext): Promise<z.input<typeof addMethod.result>> {
  const { kind, packagePath, all, validateOnly } = params;
  const what = `Cannot have Windows add "${packagePath ?? params.name ?? ''}" when it is set up`;
  return await guarded(what, packagePath ?? params.path, context, async () => {
    const name = packagePath === undefined ? params.name ?? '' : nameOfPackage(packagePath, what);
    firstBoot.requireFirstBootName(name, what);
    const item = { kind, name, all };
    const unknown = await unknownIn(params, item, context);
    return await withChangeableImage(params, what, context, async ({ files, windows }) => {
      const warnings: string[] = [];
      const warn = (text: string): void => { warnings.push(text); };
      if (unknown !== undefined) { await refuseUnknown(unknown, item, files, windows, { what, warn }); }
      const { changed, items, plan } = await firstBoot.addFirstBoot(files, item, packagePath, { windows, validateOnly, signal: context.signal, warn });
      warnings.push(`Windows does it at the end of its set-up, and writes the results into "${firstBoot.resultLog}"; `
        + 'it runs no SetupComplete.cmd where it is set up with the product key of a manufacturer, Enterprise and Server excepted');
      context.log.info(`${kind} ${name}: ${!changed ? 'waits already' : validateOnly === true ? 'would wait' : 'waits now'}`);
      return { ...imageResult(params.path, context, warnings), winPath: windows, changed, items: items.map(shown), ...shownPlan(plan) };
    });
  });
}

/** Takes back what waits. */
export async function removeFirstBoot(params: z.output<typeof removeMethod.params>, context: OperationContext): Promise<z.input<typeof removeMethod.result>> {
  const what = `Cannot take back "${params.name}"`;
  return await guarded(what, params.path, context, async () => await withChangeableImage(params, what, context, async ({ files, windows }) => {
    const isWanted = wildcardMatcher(params.name);
    const { validateOnly } = params;
    const warnings: string[] = [];
    const options = { windows, validateOnly, signal: context.signal, warn: (text: string) => { warnings.push(text); } };
    const { items, plan } = await firstBoot.removeFirstBoot(files, ({ name }) => isWanted(name), options);
    for (const { kind, name } of items) { context.log.info(`${kind} ${name}: ${validateOnly === true ? 'would be ' : ''}taken back`); }
    return { ...imageResult(params.path, context, warnings), winPath: windows, changed: items.length > 0, items: items.map(shown), ...shownPlan(plan) };
  }));
}

/**
 * Whether the image says of itself that it has no such feature or capability: at the first start nobody would be there to read that it was a slip of the pen.
 * @returns The path of the image, for messages; undefined: it has it, or cannot tell.
 */
async function unknownIn(params: ImageParams, { kind, name }: firstBoot.FirstBootItem, context: OperationContext): Promise<string | undefined> {
  if (kind === 'Package') { return undefined; }
  const onPackage = (): void => { context.signal.throwIfAborted(); };
  try {
    const { names } = await readWindows(kind === 'Feature' ? 'features' : 'capabilities', params, context, async (image) => ({
      names: kind === 'Feature' ? (await listFeatures(image, {}, onPackage)).map(({ featureName }) => featureName)
        : (await listCapabilities(image, {}, onPackage)).map((capability) => capability.name),
    }));
    return names.length > 0 && !names.some((one) => one.toLowerCase() === name.toLowerCase()) ? params.path : undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.warning(`Whether the image has ${name} cannot be told: ${messageOf(error)}`);
    return undefined;
  }
}

/** A package that waits, too, may bring it; and Windows may know capabilities that the image does not list. */
async function refuseUnknown(
  path: string, { kind, name }: firstBoot.FirstBootItem, files: WritableFolderImage, windows: string,
  { what, warn }: { readonly what: string; readonly warn: (text: string) => void },
): Promise<void> {
  if (kind === 'Feature' && !(await firstBoot.listFirstBoot(files, windows)).some((item) => item.kind === 'Package')) {
    throw new DismError(Hresult.DISMAPI_E_UNKNOWN_FEATURE, `${what}: "${path}" has no feature of this name`, { target: name });
  }
  warn(`The image has no ${kind.toLowerCase()} "${name}" now: Windows fails there, unless ${kind === 'Feature' ? 'a package that waits brings it' : 'it finds it elsewhere'}`);
}

/** Its own name, where a script can keep that. */
function nameOfPackage(path: string, what: string): string {
  const extension = /\.(cab|msu)$/i.exec(path)?.[0];
  if (extension === undefined || !statSync(path).isFile()) {
    throw new DismError(Hresult.E_INVALIDARG, `${what}: it is no file .cab or .msu`, { target: path, hint: 'Give the file of the package itself.' });
  }
  const name = basename(path);
  return /^[A-Za-z0-9._~+-]{1,200}$/.test(name) ? name : `${createHash('sha256').update(name).digest('hex').slice(0, 16)}${extension}`;
}
