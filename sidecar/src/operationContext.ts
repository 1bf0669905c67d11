/** What an operation works with beside its parameters: its log, its progress, and the signal that stops it. */
import type { LogLevel, ProgressPhase } from '@dismts/protocol';

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
  /** Reports progress within a phase; call as often as you like, the server limits the rate. What is counted in bytes is shown with its speed. */
  progress(phase: ProgressPhase, current: number, total: number, unit?: 'bytes'): void;
}

/** The context of a step that another signal ends. */
export function withSignal(context: OperationContext, signal: AbortSignal): OperationContext {
  const { operation, log, scratchDirectory } = context;
  return { operation, log, scratchDirectory, signal, progress: (...args) => { context.progress(...args); } };
}

/** A context that cannot be cancelled, for what has to be finished or undone once it was begun. */
export function uncancellable(context: OperationContext): OperationContext {
  return withSignal(context, new AbortController().signal);
}
