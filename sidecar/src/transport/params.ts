/** Checks the parameters of a request against the schema of its method. */
import type { RequestMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { InvalidParamsError } from '../errors.ts';

/** A client can send any number of unknown keys; no answer repeats megabytes of them. */
const maxIssues = 20;
const maxIssueLength = 300;

/**
 * The parameters as the method declares them, defaults filled in.
 * @throws InvalidParamsError: they do not fit.
 */
export function parseParams<P extends z.ZodType>(declaration: RequestMethod<P>, params: unknown): z.output<P> {
  const parsed = declaration.params.safeParse(params);
  if (parsed.success) {
    return parsed.data;
  }
  throw new InvalidParamsError(declaration.method, parsed.error.issues.slice(0, maxIssues).map((issue) => ({
    path: issue.path.map(String).join('.').slice(0, maxIssueLength),
    message: issue.message.slice(0, maxIssueLength),
  })));
}
