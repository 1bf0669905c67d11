/** Errors of operations on two paths: which of them is at fault, and the parameter that gave it. */
import { realpathSync } from 'node:fs';
import { DismError } from './errors.ts';

/** Parameters that a command calls otherwise than the request. */
const commandNames: Readonly<Record<string, string>> = { mountPath: 'Path' };

function commandParameter(name: string): string {
  return commandNames[name] ?? name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** The operation, up to the colon that stands in no path. */
const firstHalf = /^(?:[^":]|"[^"]*")*: /;

function isSame(given: string, target: string): boolean {
  if (given === target) { return true; }
  try {
    return realpathSync(given) === target;
  } catch {
    return false;
  }
}

/**
 * Where the first half of a message names two paths of the parameters, has the second one say which is meant: `Cannot mount "/a.wim" at "/m": it does not
 * exist` becomes `Cannot mount "/a.wim" at "/m": "/a.wim" (-ImagePath): it does not exist`.
 */
export function nameCulprit(error: unknown, params: unknown): void {
  if (!(error instanceof DismError) || error.target === undefined || typeof params !== 'object' || params === null) { return; }
  const { target, message } = error;
  const [operation = ''] = firstHalf.exec(message) ?? [];
  const named = Object.entries(params).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && operation.includes(`"${entry[1]}"`));
  if (named.length < 2) { return; }
  const culprit = named.find(([, path]) => isSame(path, target));
  if (culprit === undefined) { return; }
  const [name, path] = culprit;
  const parameter = `(-${commandParameter(name)})`;
  const reason = message.slice(operation.length);
  const mention = [path, target].map((text) => `"${text}"`).find((text) => reason.includes(text));
  // The path alone in parentheses at the end says no more than that it is the one.
  const ending = mention === undefined ? '' : ` (${mention})`;
  error.message = operation + (mention === undefined || reason.endsWith(ending)
    ? `${mention ?? `"${path}"`} ${parameter}: ${reason.slice(0, reason.length - ending.length)}` : reason.replace(mention, () => `${mention} ${parameter}`));
}
