/** The error of a program that we have run for an operation: what the system answered to it, where its words say that. */
import { describeErrno } from '../../../errnos.ts';
import { errnoInText } from '../../../errnoTexts.ts';
import { DismError, WimError } from '../../../errors.ts';

/** What failed. */
export interface ProgramFailure {
  readonly program: string;
  readonly exitCode: number;
  readonly output: string;
  /** The first half of the message. */
  readonly what: string;
  readonly target: string;
}

/** What the program was doing, by its own words. */
function callIn(output: string): string {
  return /failed to execute/i.test(output) ? 'spawn' : /\bmount/i.test(output) ? 'mount' : /\bread/i.test(output) ? 'read' : /\bwrit|\bresize|\bcreate|\ballocat/i.test(output) ? 'write' : 'ioctl';
}

/** The beginning of what a program said, in one line: what follows may be pages of advice. */
export function firstWords(output: string): string {
  return output.split('\n').filter((line) => line !== '').slice(0, 2).join(' ').replace(/\s+/g, ' ').slice(0, 300);
}

/** @returns What the table of errnos says; a WimError named for program and exit code, where the words name no errno. */
export function programFailure({ program, exitCode, output, what, target }: ProgramFailure): DismError {
  const words = firstWords(output);
  const code = errnoInText(output);
  if (code === undefined) {
    return new WimError(`${program.toUpperCase().replace(/\W/g, '_')}_EXIT_${exitCode}`, `${what}: ${words === '' ? `${program} ended with exit code ${exitCode}` : words}`, { target });
  }
  const { hresult, reason, hint } = describeErrno(code, callIn(output));
  return new DismError(hresult, `${what}: ${reason} (${words})`, { target, hint });
}
