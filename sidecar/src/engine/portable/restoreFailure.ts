/** The error that stands beside the result of a restore that did not mend everything: what is left, and the code of the cause that comes first. */
import type { CountedHealthResult } from '@dismts/protocol';
import { errorData } from '../../errorData.ts';
import { DismError, reworded } from '../../errors.ts';
import type { LeftOver } from '../../health/restoreConclusion.ts';
import { Hresult } from '../../hresult.ts';
import type { OperationContext } from '../../operationContext.ts';
import { messageOf, systemFailure } from '../../systemErrors.ts';

/** Which image, and which sources. */
interface RestoreParams {
  readonly path?: string | undefined;
  readonly sources: readonly string[];
}

type Explained = Exclude<LeftOver, { readonly cause: 'missing' }>;

/**
 * Says why not everything is repaired; null where it is.
 * @param total How many items were damaged.
 * @param what What cannot be done, such as `Cannot restore the health of "/mnt/a"`.
 */
export function restoreFailure(
  left: readonly LeftOver[], total: number, params: RestoreParams, what: string, context: OperationContext,
): CountedHealthResult['failure'] {
  if (left.length === 0) { return null; }
  const explained = (['hive', 'failed', 'unread'] as const).flatMap((cause) => left.filter((item): item is Explained => item.cause === cause));
  const [first] = explained;
  const countOf = (cause: LeftOver['cause']): string => `${left.filter((item) => item.cause === cause).length} of ${total} damaged items`;
  const firstOf = (cause: Explained['cause']) => explained.find((item) => item.cause === cause);
  const [failed, unread] = [firstOf('failed'), firstOf('unread')];
  const parts = [
    ...left.flatMap((item) => (item.cause === 'hive' ? [hivePart(item)] : [])),
    ...failed === undefined ? [] : [`${countOf('failed')} could not be repaired: ${messageOf(failed.failure)}`],
    ...unread === undefined ? [] : [`${countOf('unread')} are not in what can be read of the sources: ${messageOf(unread.failure)}`],
    ...left.some(({ cause }) => cause === 'missing')
      ? [`${countOf('missing')} are ${params.sources.length > 0 ? 'in none of the sources' : 'nowhere in the image, and no source was given'}`] : [],
  ];
  const message = `${what} whole: ${parts.join('; ')}`;
  const error = first === undefined ? lackOf(params, message)
    : reworded(first.failure instanceof DismError ? first.failure : systemFailure(first.failure, what, params.path ?? ''), message);
  return { message, data: errorData(error, { operation: context.operation, logPath: context.log.path }) };
}

function hivePart({ name, failure }: Extract<LeftOver, { readonly cause: 'hive' }>): string {
  return `the registry hive ${name} ${failure instanceof DismError ? 'is missing or damaged, which no repair mends' : 'cannot be read'}: ${messageOf(failure)}`;
}

/** What was found is in no source. */
function lackOf({ path, sources }: RestoreParams, message: string): DismError {
  const code = sources.length > 0 ? Hresult.CBS_E_SOURCE_MISSING : Hresult.CBS_E_REPAIR_CONTENT_NOT_FOUND;
  return new DismError(code, message, {
    target: path, hint: new DismError(code, message).hint ?? 'Give a source of the same edition, language and revision; the findings name the versions that the sources have.',
  });
}
