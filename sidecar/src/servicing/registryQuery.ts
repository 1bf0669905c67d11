/** Finds keys and values of a hive by paths and names with wildcards. */
import type { RegistryKey, RegistryValue } from '@dismts/protocol';
import { DismError } from '../errors.ts';
import { fileTimeToIso } from '../fileTime.ts';
import { Hresult } from '../hresult.ts';
import { splitKeyPath } from '../registry/editableKey.ts';
import type { Hive, HiveKey } from '../registry/hive.ts';
import { describeContent } from './registryData.ts';
import { resolveKeyPath } from './registryEdits.ts';
import { hasWildcard, wildcardMatcher, withoutEscapes } from '../wildcard.ts';

/** An answer larger than this is no message any more. */
const maxAnswerBytes = 12 * 1024 * 1024;

interface Found {
  readonly key: HiveKey;
  readonly path: string;
}

interface KeyQuery {
  readonly hive: string;
  readonly key: string;
  readonly recurse?: boolean | undefined;
}

/** Counts what an answer holds. */
class AnswerSize {
  #bytes = 0;

  /** @throws DismError ERROR_MORE_DATA: it is too much for one answer. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > maxAnswerBytes) {
      throw new DismError(Hresult.ERROR_FILE_TOO_LARGE, `More matches than fit into one answer (${maxAnswerBytes / 1024 / 1024} MiB)`, { hint: 'Give a longer path of keys, or a name.' });
    }
  }
}

/** @throws DismError ERROR_NOT_FOUND: a path without wildcards is not there. */
export function findKeys(hive: Hive, query: KeyQuery & { readonly children?: boolean | undefined }, signal: AbortSignal): RegistryKey[] {
  const size = new AnswerSize();
  const found = matches(hive, query);
  const wanted = query.children === true ? found.flatMap((one) => below(one, query.recurse === true, signal)) : found;
  return wanted.map(({ key, path }) => {
    size.add(150 + 3 * path.length);
    return {
      hive: query.hive, key: path, name: path === '' ? '' : key.name, subkeyCount: key.subkeys().length, valueCount: key.values().length,
      lastWritten: fileTimeToIso(key.lastWritten) ?? null,
    };
  });
}

/** @throws DismError ERROR_NOT_FOUND: a path or name without wildcards is not there. */
export function findValues(hive: Hive, query: KeyQuery & { readonly name?: string | undefined }, signal: AbortSignal): RegistryValue[] {
  const size = new AnswerSize();
  const found = matches(hive, query);
  const keys = query.recurse === true ? found.flatMap((one) => [one, ...below(one, true, signal)]) : found;
  const isWanted = query.name === undefined ? undefined : wildcardMatcher(query.name);
  const values = keys.flatMap(({ key, path }) => key.values().filter(({ name }) => isWanted?.(name) !== false).map((value) => {
    const { type, data } = value;
    size.add(150 + 2 * path.length + 2 * value.name.length + 2 * data.length);
    return { hive: query.hive, key: path, name: value.name, ...describeContent({ type, data }) };
  }));
  if (values.length === 0 && query.name !== undefined && !hasWildcard(query.name) && !hasWildcard(query.key) && query.recurse !== true) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `The key "${query.key}" of ${query.hive} has no value "${query.name}"`, { target: query.name });
  }
  return values;
}

function matches(hive: Hive, query: KeyQuery): Found[] {
  let found: Found[] = [{ key: hive.root, path: '' }];
  for (const part of splitKeyPath(resolveKeyPath(hive, query.key))) {
    found = found.flatMap((one) => step(one, part));
    if (found.length === 0 && !hasWildcard(query.key)) {
      throw new DismError(Hresult.ERROR_NOT_FOUND, `${query.hive} has no key "${query.key}"`, { target: query.key, hint: 'Look what is there with Get-DismTsRegistryKey and wildcards.' });
    }
  }
  return found;
}

function step({ key, path }: Found, part: string): Found[] {
  const at = (subkey: HiveKey): Found => ({ key: subkey, path: path === '' ? subkey.name : `${path}\\${subkey.name}` });
  if (!hasWildcard(part)) {
    const subkey = key.subkey(withoutEscapes(part));
    return subkey === undefined ? [] : [at(subkey)];
  }
  const isWanted = wildcardMatcher(part);
  return key.subkeys().filter(({ name }) => isWanted(name)).map(at);
}

function below({ key, path }: Found, recurse: boolean, signal: AbortSignal): Found[] {
  signal.throwIfAborted();
  return key.subkeys().flatMap((subkey) => {
    const found = { key: subkey, path: path === '' ? subkey.name : `${path}\\${subkey.name}` };
    return recurse ? [found, ...below(found, true, signal)] : [found];
  });
}
