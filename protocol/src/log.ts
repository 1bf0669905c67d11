/** log/get: what operations wrote into log files. */
import * as z from 'zod';
import { absolutePathSchema, logLevelSchema, operationOptionsSchema, request } from './messages.ts';

/** One entry of a log file of DismTs or of dism.log. */
export const logEntrySchema = z.object({
  /** ISO 8601 in UTC; null where the line has no time. */
  time: z.string().nullable(),
  /** Error, Warning, Info or Debug, as the line says. */
  level: z.string(),
  /** Who wrote it: `DISMTS` or `DISM`, or another program that shares the file. */
  source: z.string(),
  /** Within the source: the protocol's method, or `API`, `DISM Package Manager` and the like; empty where there is none. */
  provider: z.string(),
  processId: z.number().int().nullable(),
  threadId: z.number().int().nullable(),
  message: z.string(),
  /** The HRESULT that the line tells, signed; null where there is none. */
  hresult: z.number().int().nullable(),
  /** The file that it is from. */
  logPath: z.string(),
  /** 1-based. */
  lineNumber: z.number().int().positive(),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

/**
 * The entries of a log file: all, or those of its last operation. Where an operation of the native engine says which part of dism.log
 * it caused, that part is among them. Needs no engine.
 */
export const getLog = request('log/get', () => operationOptionsSchema.omit({ logPath: true }).extend({
  /** Default: the log of the operation that began last, whatever became of it, in the log folder of this user. */
  logPath: absolutePathSchema.optional(),
  /** Only what the last operation in the file wrote. Default: true. */
  lastOperation: z.boolean().default(true),
  /** Entries of this level and of worse ones. */
  level: logLevelSchema.default('Debug'),
  /** At most this many, the last ones. */
  last: z.number().int().min(1).max(1_000_000).default(100_000),
}), () => z.object({
  entries: z.array(logEntrySchema),
  /** Sentences for the user about what is not among the entries. */
  warnings: z.array(z.string()),
}));
