/** The program of users and the module: the command line and the server, with the engines of this system. */
import { run } from './cli.ts';
import { createEngine } from './engine/selectEngine.ts';

/** Does what the arguments ask for and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  return await run(args, createEngine);
}
