/** The open sessions on images: opened when they are needed, shared by the operations that follow, closed where they are in the way. */
import { sep } from 'node:path';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { DISM_ONLINE_IMAGE } from '../binding/constants.ts';
import type { CallOutcome, DismApi, DismSession } from '../binding/dismApi.ts';
import { comparablePath } from './comparablePath.ts';

/** Which image an operation is about, as its parameters say it. */
export interface ImageReference {
  /** Root folder; without one the running Windows is meant. */
  readonly path?: string | undefined;
  /** Relative to the root; default `Windows`. */
  readonly windowsDirectory?: string | undefined;
  readonly systemDrive?: string | undefined;
}

interface OpenSession {
  readonly path: string | undefined;
  readonly session: DismSession;
}

/** The Windows folder below the root where a reference names none. */
export const defaultWindowsDirectory = 'Windows';

/** Each has a process of Windows behind it; a pipeline over many images needs one at a time. */
const maxOpen = 4;

/** A session that the API does not know (any more), in the two ways in which functions say so, and the servicing stack's wish for a new one. */
const lostSessionCodes: ReadonlySet<number> = new Set([Hresult.DISMAPI_E_INVALID_DISM_SESSION, Hresult.CBS_E_REESTABLISH_SESSION]);

/**
 * A session, or the host process of DISM behind it, that is gone for good. Later calls fail with other codes, and closing and opening again need not
 * help: the engine process is replaced.
 */
const deadSessionCodes: ReadonlySet<number> = new Set([
  Hresult.DISMAPI_E_SHUTDOWN_IN_PROGRESS, Hresult.RPC_S_CALL_FAILED, Hresult.RPC_S_SERVER_UNAVAILABLE, Hresult.CBS_E_SESSION_CORRUPT,
  Hresult.CBS_E_SESSION_INTERRUPTED, Hresult.CBS_E_SESSION_FINALIZED,
]);

/** The sessions of one engine process. */
export class Sessions {
  readonly #api: DismApi;
  readonly #open = new Map<string, OpenSession>();
  /** Told about what goes wrong where nobody can do anything about it. */
  readonly #onProblem: (text: string) => void;
  #dead = false;

  constructor(api: DismApi, onProblem: (text: string) => void) {
    this.#api = api;
    this.#onProblem = onProblem;
  }

  /** How many are open. */
  get count(): number {
    return this.#open.size;
  }

  /** True once a call said that its session is gone for good. */
  get dead(): boolean {
    return this.#dead;
  }

  /** To be told what any call failed with. */
  notice(error: unknown): void {
    this.#dead ||= error instanceof DismError && deadSessionCodes.has(error.hresult);
  }

  /**
   * Makes a call on an image; the session is closed where the call says that it has to be opened again.
   * @param repeatable The call changes nothing: where its session turns out to be lost it is made again, once, on a new one.
   * @throws DismError: what openSession() and the call throw.
   */
  async use<T extends CallOutcome>(image: ImageReference, repeatable: boolean, call: (session: DismSession) => Promise<T>): Promise<T> {
    const known = this.#open.has(keyOf(image));
    try {
      return await this.#call(image, call);
    } catch (error) {
      this.notice(error);
      if (!(error instanceof DismError) || !lostSessionCodes.has(error.hresult)) { throw error; }
      await this.#close(keyOf(image));
      if (!known || !repeatable) { throw error; }
      return await this.#call(image, call);
    }
  }

  /** Closes the sessions on an image, so that it can be mounted, unmounted or remounted. */
  async closeOn(path: string): Promise<void> {
    const root = comparablePath(path);
    for (const [key, open] of [...this.#open]) {
      const there = open.path === undefined ? '' : comparablePath(open.path);
      if (there === root || there.startsWith(`${root}${sep}`)) { await this.#close(key); }
    }
  }

  /** Closes all sessions. */
  async closeAll(): Promise<void> {
    for (const key of [...this.#open.keys()]) { await this.#close(key); }
  }

  async #call<T extends CallOutcome>(image: ImageReference, call: (session: DismSession) => Promise<T>): Promise<T> {
    const key = keyOf(image);
    const open = this.#open.get(key);
    const session = open?.session ?? await this.#openOn(image);
    // The one that was used last is the last one of the map, and the first one is closed when there are too many.
    this.#open.delete(key);
    this.#open.set(key, { path: image.path, session });
    const outcome = await call(session);
    if (outcome.reloadSession) { await this.#close(key); }
    return outcome;
  }

  async #openOn({ path, windowsDirectory, systemDrive }: ImageReference): Promise<DismSession> {
    const { value: session } = await this.#api.openSession(path === undefined
      ? { imagePath: DISM_ONLINE_IMAGE, windowsDirectory: null, systemDrive: null }
      : { imagePath: path, windowsDirectory: isDefault(windowsDirectory) ? null : windowsDirectory ?? null, systemDrive: systemDrive ?? null });
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= maxOpen) { await this.#close(oldest); }
    return session;
  }

  async #close(key: string): Promise<void> {
    const open = this.#open.get(key);
    if (open === undefined) { return; }
    this.#open.delete(key);
    try {
      await this.#api.closeSession(open.session);
    } catch (error) {
      this.#onProblem(`The session on "${open.path ?? 'the running Windows'}" could not be closed: ${(error as Error).message}`);
    }
  }
}

function keyOf({ path, windowsDirectory, systemDrive }: ImageReference): string {
  return path === undefined
    ? 'online'
    : JSON.stringify([comparablePath(path), isDefault(windowsDirectory) ? null : windowsDirectory?.toLowerCase(), systemDrive?.toLowerCase() ?? null]);
}

function isDefault(windowsDirectory: string | undefined): boolean {
  return windowsDirectory === undefined || windowsDirectory.toLowerCase() === defaultWindowsDirectory.toLowerCase();
}
