/** image/getInfo on the portable engine. */
import type { getImageInfo as method } from '@dismts/protocol';
import type { z } from 'zod';
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { describeImages } from '../images/formats.ts';

/** All images of a file, or the one chosen, in whatever format it has. @throws DismError, as ImageFormat.describe(). */
export async function getImageInfo(
  params: z.output<typeof method.params>, context: OperationContext,
): Promise<z.input<typeof method.result>> {
  const { imagePath } = params;
  const what = `Cannot read "${imagePath}"`;
  return await guarded(what, imagePath, context, async () => {
    context.signal.throwIfAborted();
    return { images: [...await describeImages(params, what, context)], logPath: context.log.path };
  });
}
