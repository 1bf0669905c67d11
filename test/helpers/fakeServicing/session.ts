/** What the fake engine's operations on the content of an image have in common. */
import type { EngineName, ImageResult, ProgressPhase } from '@dismts/protocol';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { UnsupportedError } from '../../../sidecar/src/errors.ts';
import { act, wordsOf } from './act.ts';

/** Which image, as requests say it. */
export interface ImageParams {
  readonly path?: string | undefined;
  readonly windowsDirectory?: string | undefined;
  readonly systemDrive?: string | undefined;
}

/** What an operation is about beside the image. */
export interface Subject {
  /** Names and paths whose words mean what those of the image's path mean. */
  readonly names?: readonly (string | undefined)[];
  readonly phase?: ProgressPhase;
}

/** Answers with the image, after doing what path and names say; the word `restart` in one of them makes a restart necessary. */
export type AnswerImage = (params: ImageParams, context: OperationContext, subject?: Subject) => Promise<ImageResult>;

/** The answer of an engine of that name: only the Native one has a running system. */
export function imageAnswers(engine: EngineName): AnswerImage {
  return async (params, context, { names = [], phase } = {}) => {
    const online = params.path === undefined;
    if (online && engine !== 'Native') {
      throw new UnsupportedError('Cannot read the running system (-Online): only the Native engine on Windows can');
    }
    const texts = [params.path, ...names].filter((text) => text !== undefined);
    for (const text of texts) {
      await act(text, context, phase);
    }
    return {
      path: params.path ?? '', online, winPath: params.windowsDirectory ?? 'Windows', sysDrivePath: params.systemDrive ?? '',
      restartNeeded: texts.some((text) => wordsOf(text).has('restart')), logPath: context.log.path, scratchDirectory: context.scratchDirectory,
      logLevel: context.log.level, warnings: [],
    };
  };
}

/** Those with this name, and without one all of them. */
export function named<T>(items: readonly T[], nameOf: (item: T) => string, name: string | undefined): T[] {
  return items.filter((item) => (name ?? nameOf(item)).toLowerCase() === nameOf(item).toLowerCase());
}
