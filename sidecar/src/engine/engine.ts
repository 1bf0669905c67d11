/** The one interface that both engines implement, shaped like the DISM API. */
import type { engineMethods, EngineName } from '@dismts/protocol';
import type { z } from 'zod';
import type { OperationContext } from '../operationContext.ts';

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
