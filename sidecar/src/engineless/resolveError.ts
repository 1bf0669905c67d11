/** error/resolve: answers from the table of HRESULTs. */
import type { resolveError as declaration } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../errors.ts';
import { describeHresult, formatHresult, Hresult } from '../hresult.ts';

/**
 * What the table knows of a code or symbol.
 * @throws DismError ERROR_NOT_FOUND: it has no such symbol.
 */
export function resolveError(params: z.output<typeof declaration.params>): z.input<typeof declaration.result> {
  const { symbol } = params;
  const code = symbol === undefined ? params.code : Object.hasOwn(Hresult, symbol) ? Hresult[symbol as keyof typeof Hresult] : undefined;
  if (code === undefined) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `Cannot resolve "${symbol ?? ''}": no error has that symbol`, {
      target: symbol, hint: 'Check the spelling; symbols are as in E_ACCESSDENIED, in upper case.',
    });
  }
  const entry = describeHresult(code);
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
