/** error/resolve: answers from the table of HRESULTs. */
import type { resolveError as declaration } from '@dismts/protocol';
import type { z } from 'zod';
import { describeHresult, formatHresult } from '../hresult.ts';

/** What the table knows of a code. */
export function resolveError(params: z.output<typeof declaration.params>): z.input<typeof declaration.result> {
  const entry = describeHresult(params.code);
  return {
    known: entry.known,
    nativeCode: entry.code | 0,
    hex: formatHresult(entry.code),
    symbol: entry.symbol,
    category: entry.category,
    meaning: entry.meaning,
    hint: entry.hint,
  };
}
