/** Opens the Windows in an image for an operation that only reads it. */
import type { ImageResult } from '@dismts/protocol';
import { FolderImage } from '../../imageFiles/folderFiles.ts';
import { type ImageFiles, joinPath } from '../../imageFiles/imageFiles.ts';
import { WindowsImage } from '../../inventory/windowsImage.ts';
import type { OperationContext } from '../../operationContext.ts';
import { printable, printableText } from '../../printable.ts';
import { guarded } from '../../systemErrors.ts';
import { finishInterrupted } from './interruptedChanges.ts';
import { imageResult } from './mounting/mountOperation.ts';
import { runningSystemError } from './runningSystem.ts';

/** Which image is meant. */
interface ImageParams {
  readonly path?: string | undefined;
  readonly windowsDirectory?: string | undefined;
}

/** Properties that are running text, which may have breaks of lines; all others are names. */
const texts: ReadonlySet<string> = new Set(['description', 'displayName', 'copyright', 'company', 'supportInformation', 'classDescription', 'value']);

/** The same with every string from the image safe to print. */
export function printableStrings<T>(value: T, key = ''): T {
  if (typeof value === 'string') { return (texts.has(key) ? printableText(value) : printable(value)) as T; }
  if (Array.isArray(value)) { return value.map((item: unknown) => printableStrings(item, key)) as T; }
  if (typeof value !== 'object' || value === null) { return value; }
  return Object.fromEntries(Object.entries(value).map(([name, item]: [string, unknown]) => [name, printableStrings(item, name)])) as T;
}

/** Opens the image, reads, and adds what every result has. */
export async function readWindows<T>(
  subject: string, params: ImageParams, context: OperationContext, step: (image: WindowsImage, files: ImageFiles) => Promise<T>,
): Promise<T & ImageResult> {
  const { path, windowsDirectory } = params;
  if (path === undefined) {
    throw runningSystemError(`Cannot read the ${subject} of the running system (-Online)`);
  }
  return await guarded(`Cannot read the ${subject} of "${path}"`, path, context, async () => {
    const files = new FolderImage(path);
    try {
      const unfinished = await finishInterrupted(files, path, joinPath(windowsDirectory ?? 'Windows'), context);
      const image = await WindowsImage.open(files, path, windowsDirectory);
      const found = await step(image, files);
      const warnings = [...unfinished, ...image.warnings];
      for (const warning of warnings) { context.log.warning(warning); }
      return { ...imageResult(path, context, warnings), winPath: image.windows, ...printableStrings(found) };
    } finally {
      await files.close();
    }
  });
}
