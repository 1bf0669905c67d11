/** All JavaScript of the sidecar in one file. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './paths.ts';

/** Packages that must come in as types only: their code would search the disk for native addons. */
const forbidden = /node_modules[\\/](?:koffi|@koromix)[\\/]/;

/**
 * Bundles sidecar/src/main.ts as CommonJS, which is what a single-file executable starts.
 * `addonSha256` is the hash of the koffi.node that goes into the same executable.
 */
export async function bundle(addonSha256: string): Promise<Uint8Array> {
  const { outputFiles, metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: ['sidecar/src/main.ts'],
    alias: { '@dismts/protocol': join(root, 'protocol', 'src', 'index.ts') },
    bundle: true,
    write: false,
    outfile: 'dismts.cjs',
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    charset: 'utf8',
    // Removes the branch that loads from node_modules. Names and lines stay, for the stacks in the log.
    minifySyntax: true,
    define: { DISMTS_ADDON_SHA256: JSON.stringify(addonSha256), 'import.meta.url': 'bundleUrl' },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    metafile: true,
    // What is wrong comes in the exception.
    logLevel: 'silent',
  });
  for (const { text, location } of warnings) { console.warn(`${location?.file ?? 'bundle'}: ${text}`); }
  const wrong = Object.keys(metafile.inputs).find((input) => forbidden.test(input));
  if (wrong !== undefined) { throw new Error(`"${wrong}" must not be in the bundle: import its types only`); }
  const [output] = outputFiles;
  if (output === undefined) { throw new Error('esbuild made no file'); }
  return output.contents;
}
