/** Runs this repository's TypeScript without a build. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A command that runs a program of this repository, by its path from here, under the Node.js of the executables, which strips types. */
export function sourceProgram(path: string): [string, ...string[]] {
  const node = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  return [node, '--disable-warning=ExperimentalWarning', fileURLToPath(new URL(path, import.meta.url))];
}

/** Starts dismts. */
export const sourceCommand = sourceProgram('../../sidecar/src/main.ts');
