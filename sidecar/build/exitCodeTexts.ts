/** The table of exit codes as documents and the module have it. */
import { busyCodes, exitCodes, restartCodes, scriptOutcomes } from '../src/exitCodes.ts';
import { formatHresult } from '../src/hresult.ts';

/** In Markdown, with all of them. */
export function exitCodeTable(): string {
  const rows = Object.values(exitCodes).map(({ windows, posix, meaning }) => `| ${windows} | ${posix} | ${meaning} |`);
  return ['| Windows | Linux | meaning |', '|---|---|---|', ...rows].join('\n');
}

/** module/ExitCode.psd1: those that a script can end with. */
export function exitCodeFile(): string {
  const codes = (numbers: readonly number[]): string[] => numbers.map((code) => `        ${formatHresult(code)}`);
  return [
    '# Exit codes for scripts. Made by "npm run tables" of sidecar/src/exitCodes.ts, which is the place to change.',
    '@{',
    '    # What counts first where several things ended differently comes last.',
    '    Outcome = @(',
    ...scriptOutcomes.map((name) => `        @{ Name = '${name}'; Windows = ${exitCodes[name].windows}; Posix = ${exitCodes[name].posix} }`),
    '    )',
    '    # HRESULTs after which another attempt, later, can succeed.',
    '    Busy    = @(', ...codes(busyCodes), '    )',
    '    # HRESULTs that say: done, and a restart is needed.',
    '    Restart = @(', ...codes(restartCodes), '    )',
    '}',
    '',
  ].join('\n');
}
