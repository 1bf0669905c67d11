/** Error codes and the one schema of `error.data` that cross the wire. */
import * as z from 'zod';

/**
 * JSON-RPC error codes of DismTs. Application codes stay outside the reserved range -32768..-32000
 * (JSON-RPC 2.0) and -32899..-32800 (LSP); the exact cause is in `data`.
 */
export const ErrorCode = {
  /** The frame is no valid JSON. */
  ParseError: -32700,
  /** The frame is JSON, but no JSON-RPC 2.0 message, or larger than the cap. */
  InvalidRequest: -32600,
  /** No such method. */
  MethodNotFound: -32601,
  /** Parameters that do not fit the method's schema; `data.issues` lists them. */
  InvalidParams: -32602,
  /** A bug in DismTs; the log has the stack. */
  InternalError: -32603,
  /** A request before `initialize`, or a second `initialize`. */
  ServerNotInitialized: -32002,
  /** The client asked to cancel, and the operation stopped and cleaned up. */
  RequestCancelled: -32800,
  /** An operation failed for a normal reason: `data` carries the HRESULT. */
  DismError: 1,
  /** libwim failed for a reason that has no DISM code of its own. */
  WimError: 2,
  /** The engine in use cannot do this. */
  UnsupportedError: 3,
} as const;

/** A process that holds files of a mount open. */
export const holderSchema = z.object({
  /** Process id. */
  pid: z.number().int(),
  /** Name of the program, as the operating system reports it. */
  program: z.string(),
});
export type Holder = z.infer<typeof holderSchema>;

/** Kinds of failure, named as PowerShell's ErrorCategory names them. */
export const errorCategorySchema = z.enum([
  'NotSpecified', 'InvalidArgument', 'InvalidData', 'InvalidOperation', 'NotImplemented', 'ObjectNotFound',
  'OperationStopped', 'PermissionDenied', 'ResourceBusy', 'ResourceExists', 'ResourceUnavailable',
  'ReadError', 'WriteError', 'OperationTimeout', 'ConnectionError', 'SecurityError',
]);
export type ErrorCategory = z.infer<typeof errorCategorySchema>;

/** What every application error (codes 1 to 3 and -32800), and InternalError, carries in `data`. */
export const dismErrorDataSchema = z.object({
  /** Whose error it is: a DISM or Windows code, libwim's, or a rule of DismTs itself. */
  source: z.enum(['dismapi', 'wimlib', 'dismts']),
  /** Symbolic name, stable and English, such as `DISMAPI_E_INVALID_IMAGE_INDEX`; libwim's own name where it is the source. */
  symbol: z.string().min(1),
  /** The HRESULT as a signed 32-bit integer. */
  nativeCode: z.number().int().min(-0x80000000).max(0x7fffffff),
  category: errorCategorySchema,
  /** The method that failed, such as `image/mount`. */
  operation: z.string(),
  /** The file, folder or name at fault. */
  target: z.string().optional(),
  /** What to do about it: sentences, each with its full stop. */
  hint: z.string().optional(),
  /** Log file of the operation, where one was written. */
  logPath: z.string().optional(),
  /** Processes that keep the target busy. */
  holders: z.array(holderSchema).optional(),
});
export type DismErrorData = z.infer<typeof dismErrorDataSchema>;

/** An error that stands in a result, beside what was done all the same. */
export const failureSchema = z.object({ message: z.string(), data: dismErrorDataSchema });

/** What InvalidParams carries in `data`. */
export const invalidParamsDataSchema = z.object({
  issues: z.array(z.object({
    /** Where in the parameters, such as `imageIndex` or `client.name`; empty for the parameters as a whole. */
    path: z.string(),
    message: z.string(),
  })).min(1),
});
export type InvalidParamsData = z.infer<typeof invalidParamsDataSchema>;
