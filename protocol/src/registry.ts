/** registry/*: the registry hives of an offline image. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import { ofOfflineImage } from './session.ts';

/** A hive by name (SOFTWARE, SYSTEM, DEFAULT, NTUSER ...) or by its path in the image, such as `Users\Default\NTUSER.DAT`. */
const hiveSchema = z.string().min(1).max(1024).refine((hive) => !hive.includes('\0'), 'must not contain NUL');
/** Path below the root of the hive, `A\B\C`; empty: the root. In SYSTEM, `CurrentControlSet` stands for the control set that Windows would start with. */
const keySchema = z.string().max(32767).refine((key) => !key.includes('\0'), 'must not contain NUL');
/** Empty: the default value of the key. */
const valueNameSchema = z.string().max(16383).refine((name) => !name.includes('\0'), 'must not contain NUL');
/** Replay the logs of a hive that was not closed properly. Reading does so in memory. */
const replayLog = z.boolean().optional();

/** Microsoft.Win32.RegistryValueKind, and the types that it calls Unknown. */
export const registryTypeSchema = z.enum([
  'None', 'String', 'ExpandString', 'Binary', 'DWord', 'DWordBigEndian', 'Link', 'MultiString', 'ResourceList', 'FullResourceDescriptor',
  'ResourceRequirementsList', 'QWord', 'Unknown',
]);
export type RegistryType = z.infer<typeof registryTypeSchema>;

/** What a value holds: text, texts for a MultiString, a decimal number for DWord and QWord, bytes as hex digits for the others. */
export const registryDataSchema = z.union([z.string(), z.array(z.string())]);

const contentShape = {
  type: registryTypeSchema,
  /** REG_* number of the type. */
  typeNumber: z.number().int(),
  value: registryDataSchema,
};
export const registryContentSchema = z.object(contentShape);
export type RegistryContent = z.infer<typeof registryContentSchema>;

/** One value. */
export const registryValueSchema = z.object({ hive: z.string(), key: z.string(), name: z.string(), ...contentShape });
export type RegistryValue = z.infer<typeof registryValueSchema>;

/** One key. */
export const registryKeySchema = z.object({
  hive: z.string(),
  /** Path below the root of the hive. */
  key: z.string(),
  /** Last part of the path; empty for the root. */
  name: z.string(),
  subkeyCount: z.number().int(),
  valueCount: z.number().int(),
  /** ISO 8601, UTC; null where it is no time. */
  lastWritten: z.string().nullable(),
});
export type RegistryKey = z.infer<typeof registryKeySchema>;

/** The keys at a path, or directly below it. */
export const getRegistryKeys = request('registry/getKeys', () => ofOfflineImage({
  hive: hiveSchema,
  /** Parts may have wildcards: `*`, `?` and `[ab]`. A path without any that is not there is an error. */
  key: keySchema.default(''),
  /** The keys directly below instead of those at the path. */
  children: z.boolean().optional(),
  /** With `children`: all keys below, at any depth. */
  recurse: z.boolean().optional(),
  replayLog,
}), () => imageResultSchema.extend({ keys: z.array(registryKeySchema) }));

/** The values of the keys at a path. */
export const getRegistryValues = request('registry/getValues', () => ofOfflineImage({
  hive: hiveSchema,
  key: keySchema.default(''),
  /** A name, possibly with wildcards; default: all. One without that is not there is an error. */
  name: valueNameSchema.optional(),
  /** Of all keys below, too. */
  recurse: z.boolean().optional(),
  replayLog,
}), () => imageResultSchema.extend({ values: z.array(registryValueSchema) }));

const place = { hive: hiveSchema, key: keySchema };

/** One change. */
export const registryEditSchema = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('SetValue'), ...place, name: valueNameSchema, type: registryTypeSchema,
    /** As in a result; numbers also as `0x...` and negative, bytes also with blanks or commas between them. */
    value: registryDataSchema,
  }),
  z.strictObject({ action: z.literal('RemoveValue'), ...place, name: valueNameSchema }),
  z.strictObject({ action: z.literal('CreateKey'), ...place }),
  z.strictObject({
    action: z.literal('RemoveKey'), ...place,
    /** Also where there are keys in it. */
    recurse: z.boolean().optional(),
  }),
]);
export type RegistryEdit = z.infer<typeof registryEditSchema>;

/** What became of one change. */
export const registryChangeSchema = z.object({
  action: z.enum(['SetValue', 'RemoveValue', 'CreateKey', 'RemoveKey']),
  hive: z.string(),
  key: z.string(),
  /** Name of the value; empty for a key and for the default value. */
  name: z.string(),
  /** False where everything was so already. */
  changed: z.boolean(),
  /** The value before and after; null where there is none, and for keys. */
  before: registryContentSchema.nullable(),
  after: registryContentSchema.nullable(),
});
export type RegistryChange = z.infer<typeof registryChangeSchema>;

const changesResult = imageResultSchema.extend({
  /** True where anything was changed, or would be with validateOnly. */
  changed: z.boolean(),
  changes: z.array(registryChangeSchema),
});

/** Changes keys and values, all of them or nothing. What is removed and not there is no error. */
export const changeRegistry = request('registry/change', () => ofOfflineImage({ edits: z.array(registryEditSchema).min(1).max(10_000), replayLog }), () => changesResult);

/** Applies a .reg file to the hives of an image, all of it or nothing. Changes that made no difference are not listed. */
export const importRegistryFile = request('registry/importFile', () => ofOfflineImage({ registryFile: absolutePathSchema, replayLog }), () => changesResult.extend({
  /** Number of changes that the file asks for. */
  editCount: z.number().int(),
}));
