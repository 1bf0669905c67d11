/**
 * dismts.exe under Wine for the tests of the module; to be run with a Node.js that strips types.
 * `check` prints why it cannot be run here, or nothing; `install` sets it up and prints as JSON what the tests need; `remove FOLDER` clears that up.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { windowsPath } from '../helpers/dismDouble.ts';
import { installKit, installWindowsSidecar, lacksWindowsSidecar, removeKit } from '../helpers/windowsSidecar.ts';
import { makeWineFolder } from '../helpers/wine.ts';

const [action, folderToRemove] = process.argv.slice(2);

function install() {
  const folder = makeWineFolder();
  const { double, program } = installWindowsSidecar(folder);
  const { command, args } = program('--stdio');
  const kit = installKit(folder);
  return {
    // On this system, and as Windows has it.
    folder, windowsFolder: windowsPath(folder),
    command: [command, ...args],
    dismPath: windowsPath(double.folder), kitPath: windowsPath(kit),
    // Where the double reads its modes, and the lines that must stay in there; where it writes its calls.
    configuration: `${double.path}.conf`, fixedModes: readFileSync(`${double.path}.conf`, 'utf8'), log: join(double.folder, 'calls.jsonl'),
  };
}

switch (action) {
  case 'check':
    process.stdout.write(lacksWindowsSidecar() ?? '');
    break;
  case 'install':
    process.stdout.write(JSON.stringify(install()));
    break;
  case 'remove':
    removeKit();
    rmSync(folderToRemove, { recursive: true, force: true });
    break;
  default:
    throw new Error('check, install or remove');
}
