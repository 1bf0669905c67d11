/** Program: writes the compiled form of a script, `compileScript.mjs SCRIPT OUTPUT [ARGUMENT ...]`: of all of it, or of what it does with each argument. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const [sourcePath, outputPath, ...commands] = process.argv.slice(2);
const isRun = commands.length > 0;
// What was compiled stays, whatever memory this machine has.
setFlagsFromString('--no-flush-bytecode');
if (!isRun) { setFlagsFromString('--no-lazy'); }
const script = new Script(readFileSync(sourcePath, 'latin1'), { filename: 'script.js' });

process.on('exit', () => {
  // As they are in the executable: with other flags V8 does not take the compiled form.
  setFlagsFromString('--flush-bytecode');
  setFlagsFromString('--lazy');
  writeFileSync(outputPath, script.createCachedData());
});
if (isRun) {
  const module = { exports: {} };
  script.runInThisContext()(process.getBuiltinModule, module);
  for (const command of commands) {
    const exitCode = await module.exports.main([command]);
    if (exitCode !== 0) { process.exit(exitCode); }
  }
  process.exit();
}
