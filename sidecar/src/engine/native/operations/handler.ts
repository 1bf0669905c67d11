/** What does an operation in the engine process. */
import type { RequestMethod } from '@dismts/protocol';
import type { z } from 'zod';
import type { NativeOperation } from './nativeOperation.ts';

/** Takes the checked parameters of a method and gives its result; where that has a `logPath`, the server fills it in. */
export type Handler<M extends RequestMethod> = (params: z.output<M['params']>, operation: NativeOperation) => Promise<z.input<M['result']>>;
