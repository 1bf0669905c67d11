/** Entry point of the single-file executable: runs the script of the program that the arguments ask for. All code comes out of the executable. */
import { basename } from 'node:path';
import { getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { exitWith } from './exitWith.ts';
import { programOf, type Program, type ProgramName } from './programs.ts';

/** Names of the scripts that have their compiled form beside them; defined by the build. */
declare const DISMTS_COMPILED_SCRIPTS: readonly string[];

const args = process.argv.slice(2);

if (process.argv0.startsWith('/proc/self/fd/')) {
  // The module starts the open file that it has hashed. Lists of processes show a name, not the number of a descriptor.
  process.title = basename(process.execPath);
}

/**
 * Runs a script of the executable. V8 compiles it where its compiled form is missing or does not fit, as on a processor with other abilities.
 * What it requires can only be a part of Node.js: nothing is looked for on the disk.
 */
function load(name: ProgramName): Program {
  // ASCII, as the build makes it: one byte a character in memory too.
  const source = Buffer.from(getRawAsset(`${name}.js`)).toString('latin1');
  const compiled = DISMTS_COMPILED_SCRIPTS.includes(name) ? { cachedData: Buffer.from(getRawAsset(`${name}.cache`)) } : {};
  const program = new Script(source, { filename: `${name}.js`, ...compiled })
    .runInThisContext() as (require: (id: string) => unknown, module: { exports: Program }) => void;
  const module = { exports: {} as Program };
  program(requireLazily, module);
  return module.exports;
}

/** A part of Node.js, loaded when something of it is first used: a program that does one thing of many would wait for the others. */
function requireLazily(id: string): unknown {
  type Part = Readonly<Record<string | symbol, unknown>>;
  let loaded: Part | undefined;
  const part = (): Part => loaded ??= process.getBuiltinModule(id) as unknown as Part;
  // Packages that were made of ES modules look through some parts at once (__importStar).
  return new Proxy({}, { get: (_, name) => part()[name], ownKeys: () => Reflect.ownKeys(part()) });
}

async function main(): Promise<number> {
  return await load(programOf(args)).main(args);
}

exitWith(main());
