/** The error of a program that we have run for an operation: what the system answered to it, where its words say that. */
import { describeErrno } from '../../../errnos.ts';
import { errnoInText } from '../../../errnoTexts.ts';
import { DismError, WimError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { wordsFrom } from './programWords.ts';

/** What failed. */
export interface ProgramFailure {
  readonly program: string;
  /** -1 where a signal ended it. */
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

/** QEMU's words of a file that another program has: it asks before it reads or writes. */
export const isLocked = (output: string): boolean => /Failed to get .*lock|Is another process using/i.test(output);

/** @returns What the table of errnos says; a WimError named for program and exit code, where the words name no errno. */
export function programFailure({ program, exitCode, output, what, target }: ProgramFailure): DismError {
  if (isLocked(output)) {
    return new DismError(Hresult.ERROR_SHARING_VIOLATION, `${what}: another program has locked the disk`, { target, hint: 'Shut the virtual machine down that uses it.' });
  }
  const words = wordsFrom(output, (line) => errnoInText(line) !== undefined);
  const code = errnoInText(output);
  if (code !== undefined) {
    const { hresult, reason, hint } = describeErrno(code, callIn(output));
    return new DismError(hresult, `${what}: ${reason} (${words})`, { target, hint });
  }
  const [name, end] = [program.toUpperCase().replace(/\W/g, '_'), exitCode === -1 ? 'was ended by a signal' : `ended with exit code ${exitCode}`];
  return new WimError(exitCode === -1 ? `${name}_KILLED` : `${name}_EXIT_${exitCode}`, `${what}: ${words === '' || exitCode === -1 ? `${program} ${end}` : words}`, {
    target, hint: exitCode === -1 ? 'The log of the system may say why it was ended, such as for want of memory; then try again.' : undefined,
  });
}
