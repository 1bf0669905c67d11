/** The programs that dismts is. Each has a module with a `main`, and loads nothing of the others; in the executable it is a script of its own. */
import { engineProcessArgument, probeArgument } from './engine/native/process/engineProcessArgument.ts';
import { wimJobArgument } from './wimJobs/jobArgument.ts';

/** A program, loaded. */
export interface Program {
  /** Does what the arguments ask for and gives the exit code. */
  readonly main: (args: readonly string[]) => Promise<number>;
}

export type ProgramName = 'commandLine' | 'engineProcess' | 'imageProcess' | 'probe';

const byArgument: ReadonlyMap<string, ProgramName> = new Map([
  [engineProcessArgument, 'engineProcess'], [wimJobArgument, 'imageProcess'], [probeArgument, 'probe'],
] as const);

/** The program that arguments ask for: what DismTs starts of itself, or else what a user or the module does. */
export function programOf([first = '']: readonly string[]): ProgramName {
  return byArgument.get(first) ?? 'commandLine';
}
