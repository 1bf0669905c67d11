/** Stands for dism.exe: prints its arguments as JSON; fails with the code that a capture folder names, as in `/x/fail-87`. */
const code = /fail-(\d+)/.exec(process.argv.join(' '))?.[1];
process.stdout.write(code === undefined ? JSON.stringify(process.argv.slice(2)) : `Error: ${code}\n`);
process.exitCode = Number(code ?? 0);
