/** -CheckIntegrity: a file is compared with its integrity table before it is used. */
import type { OperationContext } from '../operationContext.ts';
import { noTableWarning } from './integrity.ts';
import { openPart } from './splitParts.ts';
import type { WimFile } from './wimFile.ts';

/** @param isWanted Otherwise nothing is done. @returns A sentence for the user where the file has no table. @throws DismError as WimFile.verifyIntegrity(). */
export async function checkTable(wim: WimFile, isWanted: boolean | undefined, context: OperationContext): Promise<string[]> {
  if (isWanted !== true) { return []; }
  const hasTable = await wim.verifyIntegrity(context.signal, (done, total) => { context.progress('Verifying integrity', done, total, 'bytes'); });
  if (hasTable) { return []; }
  const warning = noTableWarning(wim.path);
  context.log.warning(warning);
  return [warning];
}

/** As checkTable(), for all parts of a file: each has a table of its own. @param otherParts Without the first, which is open. */
export async function checkTables(wim: WimFile, otherParts: readonly string[], isWanted: boolean | undefined, context: OperationContext): Promise<string[]> {
  const warnings = await checkTable(wim, isWanted, context);
  for (const path of isWanted === true ? otherParts : []) {
    const part = await openPart(path, wim.errors.what);
    try { warnings.push(...await checkTable(part, true, context)); } finally { await part.close(); }
  }
  return warnings;
}
