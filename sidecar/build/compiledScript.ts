/**
 * The compiled form of a script, which saves an executable most of its start: V8 keeps what it has compiled of it, and takes that for the same
 * script at the next start. It is made by the Node.js of the executable itself, so only where that runs.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramName } from '../src/programs.ts';
import type { Target } from './targets.ts';

const frame = (message: object): string => {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

/**
 * What a program is given to do, so that V8 compiles what every start needs and leaves the rest. Nothing that is different on another machine,
 * since the same sources must make the same executable. Where there is nothing, all of the script is compiled: those are small.
 */
const rehearsals: Readonly<Partial<Record<ProgramName, { readonly commands: readonly string[]; readonly input: string }>>> = {
  commandLine: {
    commands: ['--version', '--stdio'],
    input: [
      { id: 1, method: 'initialize', params: { client: { name: 'build', version: '1' }, protocolVersion: '1.0', engine: 'Portable' } },
      { id: 2, method: 'error/resolve', params: { code: -2147024894 } },
      { id: 3, method: 'shutdown' },
      { method: 'exit' },
    ].map(frame).join(''),
  },
};

/** The programs of a target that get their compiled form: those that it uses, where its Node.js runs here. */
export function compiledPrograms(target: Target): readonly ProgramName[] {
  if (target.name !== `${process.platform}-${process.arch}`) { return []; }
  return target.platform === 'win' ? ['commandLine', 'engineProcess'] : ['commandLine', 'imageProcess'];
}

/** Compiles a script with a Node.js of this machine. The same script and Node.js give the same bytes. */
export function compileScript(nodeBinary: string, name: ProgramName, script: Uint8Array, workFolder: string): Buffer {
  const folder = mkdtempSync(join(workFolder, 'compile-'));
  try {
    const [source, output] = [join(folder, `${name}.js`), join(folder, `${name}.cache`)];
    writeFileSync(source, script);
    const rehearsal = rehearsals[name];
    const { status, stderr } = spawnSync(nodeBinary, [
      // One thread and no random numbers: two runs of V8 do the same.
      '--predictable', join(import.meta.dirname, 'compileScript.mjs'), source, output, ...rehearsal?.commands ?? [],
    ], { encoding: 'utf8', input: rehearsal?.input ?? '', env: { DISMTS_STATE_DIR: folder } });
    if (status !== 0) { throw new Error(`Cannot compile ${name}.js: exit code ${status}, ${stderr}`); }
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
