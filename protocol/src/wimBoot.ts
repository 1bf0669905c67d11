/** wimBoot/*: volumes whose files are those of a WIM file. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, operationOptionsSchema, request } from './messages.ts';

/** A 64-bit number, in decimal: JSON does not carry all of them exactly. */
const dataSourceIdSchema = z.string().regex(/^-?\d{1,20}$/, 'must be a whole number');

/** A WIM file that files of a volume point into (WIM_ENTRY_INFO). */
export const wimBootEntrySchema = z.object({
  dataSourceId: dataSourceIdSchema,
  /** Empty where the driver does not say. */
  imagePath: z.string(),
  imageIndex: z.number().int().nonnegative(),
  /** In the form `{00000000-0000-0000-0000-000000000000}`. */
  guid: z.string(),
  /** WIM_BOOT_OS_WIM, WIM_BOOT_NOT_OS_WIM. */
  wimType: z.enum(['OS', 'NotOS', 'Unknown']),
  /** WIM_ENTRY_FLAG_NOT_ACTIVE, WIM_ENTRY_FLAG_SUSPENDED. */
  active: z.boolean(),
  suspended: z.boolean(),
});

/** The WIM files that files of a volume point into. Get-WIMBootEntry; WofEnumEntries. */
export const getWimBootEntries = request('wimBoot/getEntries', () => operationOptionsSchema.extend({
  path: absolutePathSchema,
}), () => imageResultSchema.extend({ entries: z.array(wimBootEntrySchema) }));

/** Says where a WIM file has gone that files of a volume point into; takes effect with a restart. Update-WIMBootEntry; WofWimUpdateEntry. */
export const updateWimBootEntry = request('wimBoot/updateEntry', () => operationOptionsSchema.extend({
  path: absolutePathSchema,
  dataSourceId: dataSourceIdSchema,
  imagePath: absolutePathSchema,
}), () => imageResultSchema);
