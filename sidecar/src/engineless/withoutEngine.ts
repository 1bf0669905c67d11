/** Requests that are answered without an engine. */
import { getLog as getLogDeclaration, resolveError as resolveErrorDeclaration, type RequestMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { parseParams } from '../transport/params.ts';
import { getLog } from './getLog.ts';
import { resolveError } from './resolveError.ts';

/** Answers a request; stops when the signal is aborted, which is then what it throws. */
export type Answer = (params: unknown, signal: AbortSignal) => Promise<unknown>;

function answering<P extends z.ZodType, R extends z.ZodType>(
  declaration: RequestMethod<P, R>, handler: (params: z.output<P>, signal: AbortSignal) => z.input<R> | Promise<z.input<R>>,
): [method: string, answer: Answer] {
  return [declaration.method, async (params, signal) => await handler(parseParams(declaration, params), signal)];
}

/** By the protocol's method name. */
export const withoutEngine: ReadonlyMap<string, Answer> = new Map([
  answering(resolveErrorDeclaration, resolveError),
  answering(getLogDeclaration, getLog),
]);
