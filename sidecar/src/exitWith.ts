/** Ends the process with what a program comes to, and never with success where it comes to nothing. */

/** EX_SOFTWARE, as of every bug. */
const bugExit = 70;

/** @param program Gives the exit code. Whatever else keeps the process alive by then, such as what an engine keeps for its next operation, ends with it. */
export function exitWith(program: Promise<number>): void {
  const bug = (what: string): void => { process.stderr.write(`dismts: Bug in DismTs: ${what}\n`); };
  // Node ends a process that has nothing to wait for any more, whatever promise is pending, and calls that a success.
  process.exitCode = bugExit;
  process.once('beforeExit', () => { bug('the work ended without a result'); });
  program.then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      bug(String(error));
      process.exit(bugExit);
    },
  );
}
