/** Builds executables into module/bin: `build.ts [target ...]`, default: the one for this machine. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramName } from '../src/programs.ts';
import { bundleProgram, bundleStart, programModules } from './bundle.ts';
import { sha256, writeChecksums } from './checksums.ts';
import { compiledPrograms, compileScript } from './compiledScript.ts';
import { makeExecutable } from './executable.ts';
import { lockedPackage, packageFile } from './npmPackage.ts';
import { binFolder, root, workFolder } from './paths.ts';
import { findTarget } from './targets.ts';
import type { Target } from './targets.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

async function buildTarget(target: Target): Promise<void> {
  const started = performance.now();
  const addon = packageFile(target.addonPackage, target.addonBinary);
  const addonSha256 = sha256(readFileSync(addon));
  const programs = Object.keys(programModules) as ProgramName[];
  const scripts = await Promise.all(programs.map(async (name) => [name, await bundleProgram(name, addonSha256)] as const));
  const compiled = compiledPrograms(target);
  const start = await bundleStart(compiled);
  const output = join(binFolder, target.name, target.executable);
  const stamp = join(workFolder, `${target.name}.stamp`);
  const inputs = describeInputs(target, addonSha256, [start, ...scripts.map(([, script]) => script)]);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === `${inputs} ${sha256(readFileSync(output))}`) {
    console.log(`module/bin/${target.name}/${target.executable} is up to date`);
    return;
  }
  mkdirSync(workFolder, { recursive: true });
  mkdirSync(join(binFolder, target.name), { recursive: true });
  const nodeBinary = packageFile(target.nodePackage, target.nodeBinary);
  const write = (name: string, content: Uint8Array): readonly [name: string, path: string] => {
    const path = join(workFolder, `${target.name}-${name}`);
    writeFileSync(path, content);
    return [name, path];
  };
  const [, main] = write('dismts.cjs', start);
  const assets = scripts.flatMap(([name, script]) => [
    write(`${name}.js`, script),
    ...compiled.includes(name) ? [write(`${name}.cache`, compileScript(nodeBinary, name, script, workFolder))] : [],
  ]);
  const finished = join(workFolder, `${target.name}-${target.executable}`);
  await makeExecutable({
    target,
    nodeVersion: lockedPackage(target.nodePackage).version,
    nodeBinary,
    main,
    assets: { 'koffi.node': addon, ...Object.fromEntries(assets) },
    version,
  }, join(workFolder, target.name), finished);
  writeFileSync(stamp, `${inputs} ${sha256(readFileSync(finished))}`);
  // Renamed into place: the old one may be running.
  renameSync(finished, output);
  console.log(`module/bin/${target.name}/${target.executable} built in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** One hash over all that goes into an executable, the program that makes it included. */
function describeInputs(target: Target, addonSha256: string, codes: readonly Uint8Array[]): string {
  const scripts = readdirSync(import.meta.dirname).filter((name) => /\.(?:ts|mjs)$/.test(name)).sort()
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  const packages = [target.nodePackage, '@yao-pkg/pkg', 'postject', 'resedit'].map((name) => lockedPackage(name).integrity);
  return sha256(JSON.stringify([version, addonSha256, ...codes.map(sha256), ...packages, ...scripts]));
}

try {
  const names = process.argv.slice(2);
  for (const target of names.length === 0 ? [findTarget()] : names.map((name) => findTarget(name))) {
    await buildTarget(target);
  }
  writeChecksums(binFolder);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
