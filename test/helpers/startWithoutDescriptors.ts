/** Program: uses up its descriptors, tries to start an engine process, and prints the code of what that throws. */
import { closeSync, openSync } from 'node:fs';
import { EngineProcess } from '../../sidecar/src/engine/native/process/engineProcess.ts';

const opened: number[] = [];
try {
  for (;;) { opened.push(openSync('/dev/null', 'r')); }
} catch {
  // None is left; two are too few for the pipes of a child.
}
for (const descriptor of opened.splice(0, 2)) { closeSync(descriptor); }
let code: unknown = 'started';
try {
  new EngineProcess({ configuration: { dismPath: undefined, libraries: undefined, sessionIdleMs: 0 }, command: ['/bin/true'] });
} catch (error) {
  code = (error as NodeJS.ErrnoException).code ?? String(error);
}
for (const descriptor of opened) { closeSync(descriptor); }
process.stdout.write(String(code));
