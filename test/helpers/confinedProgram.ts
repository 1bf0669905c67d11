/** Lets itself write into one folder only, and then tries to write elsewhere: `confinedProgram.ts FOLDER FILE...`. Prints what became of each. */
import { writeFileSync } from 'node:fs';
import { confineWrites } from '../../sidecar/src/platform/linux/confine.ts';

const [, , folder = '', ...files] = process.argv;
confineWrites(folder);
for (const file of files) {
  try {
    writeFileSync(file, 'written');
    process.stdout.write('written\n');
  } catch (error) {
    process.stdout.write(`${(error as NodeJS.ErrnoException).code ?? ''}\n`);
  }
}
