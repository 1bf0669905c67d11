/** Checks the parameters of a request against the schema of its method. */
import type { RequestMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { InvalidParamsError } from '../errors.ts';
import { issueTexts } from './issueText.ts';

/** A client can send any number of unknown keys; no answer repeats megabytes of them. */
const maxIssues = 20;
const maxIssueLength = 300;

/** How deep parameters go; what goes deeper fits no schema. */
const maxDepth = 8;

/**
 * Half of a surrogate pair is no character: on its way to a file system it would become another one, and with it the name that of another file.
 * @throws InvalidParamsError
 */
function refuseHalfCharacters(method: string, value: unknown, path: readonly string[]): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) { throw new InvalidParamsError(method, [{ path: path.join('.'), message: 'has half of a character (a lone surrogate) in it' }]); }
  } else if (typeof value === 'object' && value !== null && path.length < maxDepth) {
    for (const [name, part] of Object.entries(value)) { refuseHalfCharacters(method, part, [...path, name.slice(0, maxIssueLength)]); }
  }
}

/**
 * The parameters as the method declares them, defaults filled in.
 * @throws InvalidParamsError: they do not fit.
 */
export function parseParams<P extends z.ZodType>(declaration: RequestMethod<P>, params: unknown): z.output<P> {
  refuseHalfCharacters(declaration.method, params, []);
  // The values for the texts: Zod leaves them out by itself.
  const parsed = declaration.params.safeParse(params, { reportInput: true });
  if (parsed.success) {
    return parsed.data;
  }
  const texts = parsed.error.issues.flatMap(issueTexts);
  // Of several about one value the last is the narrowest: its type comes before its bounds, and these before what it means.
  const narrowest = texts.filter(({ path }, index) => path === '' || !texts.slice(index + 1).some((later) => later.path === path));
  throw new InvalidParamsError(declaration.method, narrowest.slice(0, maxIssues).map(({ path, message }) => ({
    path: path.slice(0, maxIssueLength),
    message: message.slice(0, maxIssueLength),
  })));
}
