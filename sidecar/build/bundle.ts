/** The JavaScript of the sidecar: one script for each of its programs, and one that starts them. */
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type { ProgramName } from '../src/programs.ts';
import { root } from './paths.ts';

/** Packages that must come in as types only: their code would search the disk for native addons. */
const forbidden = /node_modules[\\/](?:koffi|@koromix)[\\/]/;

/** The module of each program, below sidecar/src. */
export const programModules: Readonly<Record<ProgramName, string>> = {
  commandLine: 'cliMain.ts',
  engineProcess: 'engine/native/process/processMain.ts',
  imageProcess: 'wimJobs/jobMain.ts',
  probe: 'engine/native/process/probe.ts',
};

async function bundle(entryPoint: string, define: Readonly<Record<string, string>>, options: Pick<BuildOptions, 'charset' | 'banner' | 'footer'>): Promise<Uint8Array> {
  const { outputFiles: [output], metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: [`sidecar/src/${entryPoint}`],
    alias: { '@dismts/protocol': join(root, 'protocol', 'src', 'index.ts') },
    bundle: true,
    write: false,
    outfile: 'dismts.cjs',
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    // Removes the branch that loads from node_modules. Names and lines stay, for the stacks in the log.
    minifySyntax: true,
    define,
    metafile: true,
    // What is wrong comes in the exception.
    logLevel: 'silent',
    ...options,
  });
  for (const { text, location } of warnings) { console.warn(`${location?.file ?? 'bundle'}: ${text}`); }
  const wrong = Object.keys(metafile.inputs).find((input) => forbidden.test(input));
  if (wrong !== undefined) { throw new Error(`"${wrong}" must not be in the bundle: import its types only`); }
  if (output === undefined) { throw new Error('esbuild made no file'); }
  const whole = /__toESM\(require\("(node:[^"]+)"\)/.exec(output.text)?.[1];
  if (whole !== undefined) { throw new Error(`"${whole}" must not be imported as a whole: import what is used by name, so that executable.ts can load it then`); }
  return output.contents;
}

/**
 * Bundles a program as a function of `require` and `module`, in ASCII.
 * `addonSha256` is the hash of the koffi.node that goes into the same executable.
 */
export async function bundleProgram(name: ProgramName, addonSha256: string): Promise<Uint8Array> {
  return await bundle(programModules[name], { DISMTS_ADDON_SHA256: JSON.stringify(addonSha256) }, {
    charset: 'ascii', banner: { js: '(function (require, module) {' }, footer: { js: '})' },
  });
}

/** Bundles what an executable starts. `compiled` are the programs whose compiled form goes into it. */
export async function bundleStart(compiled: readonly ProgramName[]): Promise<Uint8Array> {
  return await bundle('executable.ts', { DISMTS_COMPILED_SCRIPTS: JSON.stringify(compiled) }, {});
}
