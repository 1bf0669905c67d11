/** Carries out changes of keys and values, and says what was before. */
import type { RegistryChange } from '@dismts/protocol';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { controlSetName, type ControlSetReader } from '../registry/controlSet.ts';
import type { EditableHive } from '../registry/editableHive.ts';
import { type EditableKey, splitKeyPath, type ValueContent } from '../registry/editableKey.ts';
import { upperCase } from '../registry/names.ts';
import type { OpenHives } from './imageChange.ts';
import { describeContent } from './registryData.ts';

/** One change, with the bytes of a value. */
export type HiveEdit = { readonly hive: string; readonly key: string } & (
  | { readonly action: 'SetValue'; readonly name: string; readonly content: ValueContent }
  | { readonly action: 'RemoveValue'; readonly name: string }
  | { readonly action: 'CreateKey' }
  | { readonly action: 'RemoveKey'; readonly recurse: boolean }
);

/** The path in the hive that a user's path stands for. */
export function resolveKeyPath(hive: ControlSetReader, path: string): string {
  const [first = '', ...rest] = splitKeyPath(path);
  const name = upperCase(first) === 'CURRENTCONTROLSET' ? controlSetName(hive) ?? first : first;
  return [name, ...rest].join('\\');
}

/**
 * Carries out changes one after the other.
 * @throws DismError E_INVALIDARG: Windows has no such name. ERROR_DIR_NOT_EMPTY: a key has keys in it, and is not to be removed with them.
 */
export function applyEdits(hives: OpenHives, edits: readonly HiveEdit[], signal: AbortSignal): RegistryChange[] {
  return edits.map((edit, index) => {
    if (index % 100 === 0) { signal.throwIfAborted(); }
    return applyEdit(hives.get(edit.hive), edit);
  });
}

function applyEdit(hive: EditableHive, edit: HiveEdit): RegistryChange {
  const path = resolveKeyPath(hive.root, edit.key);
  const change = (changed: boolean, name = '', before?: ValueContent, after?: ValueContent): RegistryChange => ({
    action: edit.action, hive: edit.hive, key: path, name, changed, before: before === undefined ? null : describeContent(before),
    after: after === undefined ? null : describeContent(after),
  });
  switch (edit.action) {
    case 'SetValue': {
      const before = hive.key(path)?.value(edit.name);
      return change(hive.createKey(path).setValue(edit.name, edit.content), edit.name, before, edit.content);
    }
    case 'RemoveValue': {
      const before = hive.key(path)?.value(edit.name);
      return change(hive.key(path)?.removeValue(edit.name) ?? false, edit.name, before);
    }
    case 'CreateKey': {
      const existed = hive.key(path) !== undefined;
      hive.createKey(path);
      return change(!existed);
    }
    case 'RemoveKey': {
      const key = hive.key(path);
      if (key !== undefined && !edit.recurse) { requireEmpty(key, hive); }
      return change(hive.removeKey(path));
    }
  }
}

function requireEmpty(key: EditableKey, hive: EditableHive): void {
  const count = key.subkeys().length;
  if (count > 0) {
    throw new DismError(Hresult.ERROR_DIR_NOT_EMPTY, `Cannot remove the key "${key.path}" of "${hive.path}": there are keys in it (${count})`,
      { target: key.path, hint: 'Give -Recurse to remove it with all that is in it.' });
  }
}
