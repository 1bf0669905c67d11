/** What operations on image files are run in that have libwim do something. */
import type { OperationContext } from '../../../operationContext.ts';
import { guarded } from '../../../systemErrors.ts';
import { withJobReady } from '../../../wimJobs/waitingProcess.ts';

/** As guarded(), while the process of the job starts. @param hasJob Something is left to be done once all is checked. */
export async function guardedJob<T>(what: string, target: string, hasJob: boolean, context: OperationContext, step: () => Promise<T>): Promise<T> {
  return await guarded(what, target, context, async () => await withJobReady(hasJob, context, step));
}
