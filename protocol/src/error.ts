/** error/resolve: what an HRESULT or its symbol means. */
import * as z from 'zod';
import { errorCategorySchema } from './errors.ts';
import { operationOptionsSchema, request } from './messages.ts';

/** Looks an HRESULT up in the table that all errors of DismTs come from. Needs no engine. */
export const resolveError = request('error/resolve', () => operationOptionsSchema.extend({
  /** Signed or unsigned 32-bit value; a bare Win32 code (0 to 65535) is also looked up as 0x8007xxxx. */
  code: z.number().int().min(-0x80000000).max(0xffffffff).optional(),
  /** Such as `E_ACCESSDENIED`; in place of the code. */
  symbol: z.string().min(1).max(100).optional(),
}).refine(({ code, symbol }) => (code === undefined) !== (symbol === undefined), { error: 'give either code or symbol' }), () => z.object({
  /** False: the table does not know this code; the other texts then say only what its bits say. */
  known: z.boolean(),
  /** Signed 32-bit. */
  nativeCode: z.number().int(),
  /** `0x` and eight upper-case digits. */
  hex: z.string(),
  symbol: z.string(),
  category: errorCategorySchema,
  meaning: z.string(),
  hint: z.string(),
}));
