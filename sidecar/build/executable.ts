/** Makes one executable of a bundle, a stock Node.js and assets. The only file that knows pkg. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import sea from '@yao-pkg/pkg/lib-es5/sea.js';
import type { SeaConfig } from '@yao-pkg/pkg/lib-es5/sea.js';
import { disableCompileCache } from './compileCache.ts';
import { removeSymbols } from './elfFile.ts';
import { removeSignature, setVersionInfo } from './portableExecutable.ts';
import type { Target } from './targets.ts';

/** Options of Node's sea-config.json that pkg passes on without knowing them. */
type FullSeaConfig = SeaConfig & {
  readonly main: string;
  readonly execArgv: readonly string[];
  readonly execArgvExtension: 'none';
};

/** What an executable is made of. */
export interface ExecutableParts {
  readonly target: Target;
  readonly nodeVersion: string;
  readonly nodeBinary: string;
  /** Path of the bundle. */
  readonly main: string;
  /** Paths of the embedded files, by name. */
  readonly assets: Readonly<Record<string, string>>;
  /** Version of DismTs. */
  readonly version: string;
}

/** Writes the executable to `output`. `folder` is emptied first and used for what is needed on the way. */
export async function makeExecutable(parts: ExecutableParts, folder: string, output: string): Promise<void> {
  const { target, nodeVersion, main, assets } = parts;
  rmSync(folder, { recursive: true, force: true });
  fillOfflineBase(parts, folder);
  const seaConfig: FullSeaConfig = {
    // Relative to the temporary folder that pkg works in: the path goes into the executable, which must not depend on where it was built.
    main: join('..', relative(folder, main)).replaceAll('\\', '/'),
    disableExperimentalSEAWarning: true,
    // Neither is portable between the machine that builds and the one that runs, and both make builds differ.
    useSnapshot: false,
    useCodeCache: false,
    assets: { ...assets },
    // NODE_OPTIONS and OPENSSL_CONF can name code to load: neither is looked at.
    execArgv: [`--openssl-config=${target.nullDevice}`],
    execArgvExtension: 'none',
  };
  // pkg looks for its downloads, and makes its temporary folder, where the environment says.
  await withEnvironment({ HOME: folder, USERPROFILE: folder, TMPDIR: folder, TEMP: folder, TMP: folder }, async () => {
    await sea.default(main, {
      targets: [{ nodeRange: `node${nodeVersion}`, platform: target.platform, arch: target.arch, output }],
      seaConfig,
    });
  });
  if (target.platform === 'win') {
    writeFileSync(output, setVersionInfo(readFileSync(output), parts.version, target.executable));
  }
  chmodSync(output, 0o755);
  rmSync(folder, { recursive: true });
}

/** Puts the Node.js binary where pkg keeps its downloads, so that it downloads nothing. */
function fillOfflineBase({ target, nodeVersion, nodeBinary }: ExecutableParts, home: string): void {
  const cache = join(home, '.pkg-cache', 'sea');
  const name = `node-v${nodeVersion}-${target.platform}-${target.arch}`;
  mkdirSync(cache, { recursive: true });
  let archive: string;
  let binary: string;
  let content: Buffer = readFileSync(nodeBinary);
  disableCompileCache(content);
  if (target.platform === 'win') {
    archive = join(cache, `${name}.zip`);
    binary = join(cache, `${name}.exe`);
    content = removeSignature(content);
  } else {
    archive = join(cache, `${name}.tar.gz`);
    binary = join(cache, name, 'bin', 'node');
    mkdirSync(dirname(binary), { recursive: true });
    content = removeSymbols(content);
  }
  // Executable: pkg lets the target's own binary prepare the blob where this machine can run it.
  writeFileSync(binary, content, { mode: 0o755 });
  // The archive is not read once these say that it was checked and unpacked.
  for (const path of [archive, `${archive}.ok`, `${binary}.ok`]) { writeFileSync(path, ''); }
}

/** Sets variables while `action` runs. Assigned one by one: a new object would not reach the native part that reads them. */
async function withEnvironment(variables: Readonly<Record<string, string>>, action: () => Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await action();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) { Reflect.deleteProperty(process.env, name); } else { process.env[name] = value; }
    }
  }
}
