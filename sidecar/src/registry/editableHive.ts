/** Changes registry hives in place: keys and values of a regf file in memory, whose other cells stay where and what they are. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { HiveCells } from './cells.ts';
import { confirmHive } from './confirmHive.ts';
import { EditableKey, splitKeyPath } from './editableKey.ts';
import { EditState } from './editState.ts';
import { HiveSpace } from './hiveSpace.ts';
import { surveyHive } from './hiveSurvey.ts';

/** A hive that can be changed. Nothing is written to any file: toFile() gives the bytes. */
export class EditableHive {
  readonly path: string;
  readonly root: EditableKey;
  readonly #state: EditState;

  private constructor(state: EditState) {
    this.path = state.space.path;
    this.#state = state;
    this.root = new EditableKey(state, state.space.rootOffset, undefined);
  }

  /**
   * Checks a hive whole and opens it. `path` is for messages only.
   * @throws DismError ERROR_FILE_CORRUPT: this is no hive, or a damaged one. DISMTS_E_HIVE_DIRTY: its last changes are in its logs.
   */
  static parse(data: Buffer, path: string): EditableHive {
    const cells = new HiveCells(data, path);
    if (cells.isDirty) { throw dirtyHive(path); }
    const survey = surveyHive(cells);
    return new EditableHive(new EditState(new HiveSpace(data, cells), survey));
  }

  /** Whether anything was changed since the hive was opened. */
  get isChanged(): boolean {
    return this.#state.isChanged;
  }

  /** Number of keys and values that there are now. */
  get counts(): { readonly keys: number; readonly values: number } {
    return { keys: this.#state.keys, values: this.#state.values };
  }

  /** The key at a path such as `A\B\C`, in any case; the root for an empty path. */
  key(path: string): EditableKey | undefined {
    return this.root.key(path);
  }

  /** The key at a path, made with those above it where it does not exist. @throws DismError as EditableKey.createSubkey() */
  createKey(path: string): EditableKey {
    return splitKeyPath(path).reduce<EditableKey>((key, name) => key.createSubkey(name), this.root);
  }

  /** Removes a key with everything below it. @returns false where there is none. */
  removeKey(path: string): boolean {
    const key = this.key(path);
    if (key === undefined) { return false; }
    key.remove();
    return true;
  }

  /**
   * The file as it is now, with the next sequence number, after our own reader has found in it what was wanted. The hive can be changed further.
   * @throws Error: the reader found something else, which is a bug.
   */
  toFile(): Buffer {
    const file = this.#state.toFile();
    confirmHive(file, this, this.#state.changedKeys);
    return file;
  }
}

/** The error for a hive whose last changes are in its logs. */
function dirtyHive(path: string): DismError {
  return new DismError(Hresult.DISMTS_E_HIVE_DIRTY,
    `Cannot change the registry hive "${path}": it was not closed properly, and its last changes are in its log files`, { target: path });
}
