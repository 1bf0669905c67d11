/** The one interface that both engines implement, shaped like the DISM API. */
import type { engineMethods, EngineName, LogLevel, ProgressPhase } from '@dismts/protocol';
import type { z } from 'zod';

/** Where an operation writes what it does. Levels as in `-LogLevel`; nothing is created before the first line. */
export interface OperationLog {
  error(text: string): void;
  warning(text: string): void;
  info(text: string): void;
  debug(text: string): void;
  /** Path of the log file, or an empty string while nothing was written. */
  readonly path: string;
  readonly level: LogLevel;
}

/** What the server gives to each call of an engine method. */
export interface OperationContext {
  /** The protocol's method name, such as `image/mount`. */
  readonly operation: string;
  /** Aborted when the client cancels, its connection ends, or the process is to stop. */
  readonly signal: AbortSignal;
  readonly log: OperationLog;
  /** Folder for temporary files; empty: the engine's own choice. */
  readonly scratchDirectory: string;
  /** Reports progress within a phase; call as often as you like, the server limits the rate. */
  progress(phase: ProgressPhase, current: number, total: number): void;
}

type EngineMethods = typeof engineMethods;

/**
 * What engines do. Each method takes the validated parameters of its protocol method and gives the result of it;
 * it throws a DismError (or UnsupportedError, CancelledError) and leaves nothing behind when it does.
 */
export type EngineOperations = {
  readonly [K in keyof EngineMethods]: (
    params: z.output<EngineMethods[K]['params']>, context: OperationContext,
  ) => Promise<z.input<EngineMethods[K]['result']>>;
};

/** One engine: the operations that it can do, and why not the others. */
export type Engine = Partial<EngineOperations> & {
  readonly name: EngineName;
  /** Methods that this engine cannot do, with the reason: data, reported by `initialize`. */
  readonly unsupported: Readonly<Record<string, string>>;
  /** Methods that stop when the context's signal is aborted. */
  readonly cancellable: readonly string[];
  /**
   * Ends what the engine keeps for its next operation, such as a process. Called once, when all operations are over or cancelled; it makes
   * those fail that do not stop within a grace time of the engine's choice. No operation is begun after it.
   */
  close?(): Promise<void>;
};
