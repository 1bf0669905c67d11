/** How a method is declared: its name, direction, parameter schema and result schema, once, together. */
import * as z from 'zod';

/** Version of this protocol. A different major number on the two sides refuses `initialize`. */
export const protocolVersion = '1.0';

/** No message may be larger than this, in bytes of its JSON body. */
export const maxMessageBytes = 16 * 1024 * 1024;

export const engineNameSchema = z.enum(['Native', 'Portable']);
export type EngineName = z.infer<typeof engineNameSchema>;

export const engineChoiceSchema = z.enum(['Auto', 'Native', 'Portable']);
export type EngineChoice = z.infer<typeof engineChoiceSchema>;

/** Log levels of the in-box cmdlets (enum DismLogLevel). */
export const logLevelSchema = z.enum(['Errors', 'Warnings', 'WarningsInfo', 'Debug']);
export type LogLevel = z.infer<typeof logLevelSchema>;

/** What is wrong with a relative path. */
export const notAbsolute = 'must be an absolute path';

/** An absolute path. A NUL is refused here, so that no path is cut short further down. */
export const absolutePathSchema = z.string().min(1).max(32767)
  .refine((path) => !path.includes('\0'), 'must not contain NUL')
  .refine((path) => path.startsWith('/') || /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path), notAbsolute);

/** What every operation accepts beside its own parameters. */
export const operationOptionsSchema = z.strictObject({
  /** Log file of this operation; default: a file of its own in the log folder. Its folder must exist. */
  logPath: absolutePathSchema.optional(),
  logLevel: logLevelSchema.optional(),
  /** Folder for temporary files of this operation. */
  scratchDirectory: absolutePathSchema.optional(),
  /** Where to send `$/progress`; without it none is sent. */
  workDoneToken: z.union([z.string(), z.number().int()]).optional(),
  /** Check everything that can be checked, change nothing (PowerShell's -WhatIf). */
  validateOnly: z.boolean().optional(),
});

/** What every operation on an image returns (the in-box ImageObject). */
export const imageResultSchema = z.object({
  /** Root folder of the image. */
  path: z.string(),
  online: z.boolean(),
  /** Windows folder below the root; empty on operations that open no session. */
  winPath: z.string(),
  /** Drive of the boot manager; empty on operations that open no session. */
  sysDrivePath: z.string(),
  restartNeeded: z.boolean(),
  /** Log file of the operation; empty where nothing had to be logged. */
  logPath: z.string(),
  scratchDirectory: z.string(),
  logLevel: logLevelSchema,
  /** Sentences for the user about what was done in another way than asked, or may surprise. */
  warnings: z.array(z.string()),
});
export type ImageResult = z.infer<typeof imageResultSchema>;

/** One request of the client to the server. */
export interface RequestMethod<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  readonly method: string;
  readonly direction: 'clientToServer';
  readonly params: P;
  readonly result: R;
}

/**
 * Declares a request. Its schemas are made at first use: to make all of them takes longer than most requests, and a process needs few.
 */
export function request<P extends z.ZodType, R extends z.ZodType>(
  method: string, params: () => P, result: () => R,
): RequestMethod<P, R> {
  const made: { params?: P; result?: R } = {};
  return {
    method,
    direction: 'clientToServer',
    get params() { return made.params ??= params(); },
    get result() { return made.result ??= result(); },
  };
}
