/** initialize, shutdown, exit: the life of one connection. */
import * as z from 'zod';
import {
  absolutePathSchema, engineChoiceSchema, engineNameSchema, logLevelSchema, request,
} from './messages.ts';

/**
 * First request of a connection, sent once; after a failure it may be sent again.
 * Fails as DismError with symbol `DISMTS_E_PROTOCOL_VERSION` when the two sides speak different major versions,
 * as UnsupportedError when the chosen engine is not to be had on this system.
 */
export const initialize = request('initialize', () => z.strictObject({
  client: z.strictObject({ name: z.string().min(1), version: z.string().min(1) }),
  /** `major.minor` of the protocol that the client speaks. */
  protocolVersion: z.string().regex(/^\d+\.\d+$/, 'must be "major.minor"'),
  engine: engineChoiceSchema.default('Auto'),
  /** The DismApi.dll of the native engine, or the folder that it is in; default: that of Windows. */
  dismPath: absolutePathSchema.optional(),
  /** Default for operations that name none of their own. */
  logPath: absolutePathSchema.optional(),
  logLevel: logLevelSchema.default('WarningsInfo'),
  scratchDirectory: absolutePathSchema.optional(),
}), () => z.object({
  server: z.object({ name: z.string(), version: z.string() }),
  protocolVersion: z.string(),
  engine: engineNameSchema,
  capabilities: z.object({
    /** Methods that the engine in use supports. */
    methods: z.array(z.string()),
    /** Methods of the protocol that it does not, with the reason. */
    unsupported: z.array(z.object({ method: z.string(), reason: z.string() })),
    /** Methods that `$/cancelRequest` stops. */
    cancellable: z.array(z.string()),
  }),
  /** What the user should know of this installation before the first command; left out where there is nothing. */
  warnings: z.array(z.string()).optional(),
}));

/** Cancels what runs, waits until it has cleaned up, answers; mounts stay. Only `exit` may follow. */
export const shutdown = request('shutdown', () => z.union([z.strictObject({}), z.undefined(), z.null()]), () => z.null());

/** Notification: the process ends, with exit code 0 after `shutdown`, 1 without. */
export const exitMethod = 'exit';

/** Notification `{ id }`: stop that request. It is answered all the same, mostly with RequestCancelled. */
export const cancelMethod = '$/cancelRequest';
