/** What commands have in common that change the drivers of an image. */
import type { DriverChange } from '../../drivers/driverChange.ts';
import { imageLanguage, imageTarget } from '../../inventory/imageTarget.ts';
import type { WritableFolderImage } from '../../imageFiles/writableFolder.ts';
import { WindowsImage } from '../../inventory/windowsImage.ts';
import type { OperationContext } from '../../operationContext.ts';

/** What changes of drivers have among their parameters. */
export interface ChangeParams {
  readonly path: string;
  readonly validateOnly?: boolean | undefined;
  readonly replayLog?: boolean | undefined;
}

/** How drivers of an image are changed. */
export async function changeOf(
  { files, windows }: { readonly files: WritableFolderImage; readonly windows: string }, params: ChangeParams, warnings: string[], context: OperationContext,
): Promise<DriverChange> {
  const image = await WindowsImage.open(files, params.path, windows);
  return {
    image: files, windows, target: await imageTarget(image), language: await imageLanguage(image), context,
    validateOnly: params.validateOnly === true, replayLog: params.replayLog === true,
    warn: (text) => {
      warnings.push(text);
      context.log.warning(text);
    },
  };
}
