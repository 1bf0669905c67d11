/** The PowerShell that the test command fetches where there is none: which one comes where, without NuGet, and how it starts. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { root } from '../../sidecar/build/paths.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const system = `${process.platform}-${process.arch}`;
const hasPrecompiler = ['linux-x64', 'linux-arm64'].includes(system);
if (!hasPrecompiler) { process.stderr.write(`skipped: the tests of the precompiled PowerShell: there is no precompiler for ${system}\n`); }

/** A program in JavaScript that needs nothing on the PATH. */
function program(path: string, source: string): void {
  writeFileSync(path, `#!${process.execPath}\n${source}`);
  chmodSync(path, 0o755);
}

/** A `dotnet` that plays NuGet, with a precompiler that only leaves its mark, and runs a pwsh.dll that says what it was started with. */
const dotnet = `
const { chmodSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const words = process.argv.slice(2);
const after = (name) => words[words.indexOf(name) + 1];
const script = (path, source) => { writeFileSync(path, '#!' + process.execPath + '\\n' + source); chmodSync(path, 0o755); };
if (words[0] === '--list-sdks') {
  console.log('10.0.100 [' + join(dirname(process.argv[1]), 'sdk') + ']');
} else if (words[0] === 'tool') {
  if (process.env.NO_TOOL) { console.log('no NuGet'); process.exit(1); }
  const tool = after('--tool-path'), version = after('--version');
  const libraries = join(tool, '.store', 'powershell', version, 'powershell', version, 'tools', 'net10.0', 'any', 'unix');
  mkdirSync(libraries, { recursive: true });
  for (const name of ['System.Management.Automation', 'pwsh']) { writeFileSync(join(libraries, name + '.dll'), 'intermediate'); }
  writeFileSync(join(libraries, 'pwsh'), 'for another system', { mode: 0o644 });
  script(join(tool, 'pwsh'), "console.log('9')");
} else if (words[0] === 'restore') {
  const [, id, version] = /Include="(.+)" Version="\\[(.+)\\]"/.exec(readFileSync(words[1], 'utf8'));
  if (process.env.NO_PRECOMPILER && id !== 'Pester') { console.log('\\n  error NU1301: ' + id + ' ' + version + '\\nmore'); process.exit(1); }
  const tools = join(after('--packages'), id.toLowerCase(), version, 'tools');
  mkdirSync(tools, { recursive: true });
  script(join(tools, 'crossgen2'), "const at = process.argv.indexOf('-o'); require('node:fs').writeFileSync(process.argv[at + 1], 'compiled ' + process.argv.slice(at + 2).join(' '));");
  chmodSync(join(tools, 'crossgen2'), 0o644);
} else if (basename(words[0]) === 'pwsh.dll') {
  if (words[1] === 'echo') {
    console.log(JSON.stringify({ dotnet: process.argv[1], library: words[0], words: words.slice(2), pid: process.pid }));
  } else if (process.env.NO_COMPILED_START && /^compiled/.test(readFileSync(words[0], 'utf8'))) {
    process.exit(1);
  } else {
    console.log(/Assembly/.test(words.at(-1)) ? '/runtimes/10.0.7/System.Private.CoreLib.dll' : '9');
  }
}
`;

/** A folder with that `dotnet`. */
function makeDotnet(): string {
  const folder = join(tempFolder(), 'dotnet folder');
  mkdirSync(folder);
  program(join(folder, 'dotnet'), dotnet);
  return folder;
}

/** Has the test command make PowerShell ready in `tools`. */
function provide(tools: string, environment: NodeJS.ProcessEnv = {}): { answer: { reason?: string; path: string }; output: string } {
  const script = `
    const { providePowerShell } = await import(${JSON.stringify(pathToFileURL(join(root, 'test', 'powershell.mjs')).href)});
    const reason = providePowerShell(${JSON.stringify(tools)});
    console.log(JSON.stringify({ reason, path: process.env.PATH }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8', env: { PATH: makeDotnet(), ...environment },
  });
  const lines = stdout.trimEnd().split('\n');
  expect(stderr).toBe('');
  return { answer: JSON.parse(lines.pop() ?? '') as { reason?: string; path: string }, output: lines.join('\n') };
}

const powershells = (tools: string): string[] => readdirSync(tools).filter((name) => name !== 'Modules');
const firstOnPath = (path: string): string | undefined => path.split(delimiter)[0];

describe.skipIf(!hasPrecompiler)('providePowerShell()', () => {
  test('fetches PowerShell, compiles it with the precompiler of the .NET that it runs on, and uses that again', () => {
    const tools = join(tempFolder(), 'tools');
    const { answer, output } = provide(tools);
    expect(answer.reason).toBeUndefined();
    expect(output).toContain('the precompiler of .NET 10.0.7');
    expect(powershells(tools)).toEqual([expect.stringMatching(/^powershell-.+-precompiled$/)]);
    const folder = firstOnPath(answer.path) ?? '';
    expect(folder).toBe(join(tools, powershells(tools)[0] ?? ''));
    const [os, architecture] = system.split('-');
    const compiled = readFileSync(join(folder, 'System.Management.Automation.dll'), 'utf8');
    expect(compiled).toMatch(new RegExp(`^compiled -r /runtimes/10\\.0\\.7/\\*\\.dll -r .+ --targetos ${os} --targetarch ${architecture} -O$`));
    expect(provide(tools, { NO_TOOL: '1', NO_PRECOMPILER: '1' })).toMatchObject({ answer: {}, output: '' });
  });

  test('compiles what an earlier run has left uncompiled, and fetches it no more', () => {
    const tools = join(tempFolder(), 'tools');
    provide(tools, { NO_PRECOMPILER: '1' });
    const { answer } = provide(tools, { NO_TOOL: '1' });
    expect(answer.reason).toBeUndefined();
    expect(firstOnPath(answer.path)).toMatch(/-precompiled$/);
  });

  test.for([
    ['cannot be fetched', { NO_PRECOMPILER: '1' }, /failed: error NU1301: microsoft\.netcore\.app\.crossgen2\.linux-(x64|arm64) 10\.0\.7$/],
    ['makes nothing that runs', { NO_COMPILED_START: '1' }, /does not run$/],
  ] as const)('takes PowerShell as it is where the precompiler %s, and says so in one line', ([, environment, reason]) => {
    const tools = join(tempFolder(), 'tools');
    const { answer, output } = provide(tools, environment);
    expect(answer.reason).toBeUndefined();
    const last = output.split('\n').filter((line) => !/^(Fetching|Compiling) /.test(line));
    expect(last).toEqual([expect.stringMatching(/^PowerShell is used as NuGet has it/)]);
    expect(last[0]).toMatch(reason);
    expect(powershells(tools)).toEqual([expect.stringMatching(/^powershell-[\d.]+$/)]);
    expect(firstOnPath(answer.path)).toBe(join(tools, powershells(tools)[0] ?? ''));
  });

  test('leaves nothing behind where there is no PowerShell to be had', () => {
    const tools = join(tempFolder(), 'tools');
    expect(provide(tools, { NO_TOOL: '1' }).answer.reason).toContain('no NuGet');
    expect(powershells(tools)).toEqual([]);
  });
});

test('precompile() knows for which systems there is a precompiler', async () => {
  const { precompile } = await import(pathToFileURL(join(root, 'test', 'precompile.mjs')).href) as { precompile: (fetched: string, work: string, system: string) => string };
  const work = join(tempFolder(), 'work');
  for (const other of ['linux-riscv64', 'darwin-arm64', 'win32-x64']) { expect(() => precompile('', work, other)).toThrow(`There is no precompiler for ${other}`); }
  expect(existsSync(work)).toBe(false);
});

describe.skipIf(!hasPrecompiler)('the pwsh of the precompiled PowerShell', () => {
  const words = ['a b', '', '$HOME', '*', '-c', '"\''];

  test('becomes PowerShell, however it is started and wherever .NET is, also after its folder was renamed', () => {
    const folder = tempFolder();
    const { answer } = provide(join(folder, 'tools'));
    const moved = join(folder, 'moved $away');
    renameSync(firstOnPath(answer.path) ?? '', moved);
    symlinkSync(join('moved $away', 'pwsh'), join(folder, 'link'));
    symlinkSync(moved, join(folder, 'folder'));
    const [onPath, atRoot] = [makeDotnet(), makeDotnet()];
    const places = [[undefined, onPath], [join(folder, 'none'), onPath], [atRoot, atRoot]] as const;
    for (const started of [join(moved, 'pwsh'), 'pwsh', join(folder, 'link'), join(folder, 'folder', 'pwsh'), './pwsh']) {
      for (const [dotnetRoot, expected] of places) {
        const { stdout, stderr, pid } = spawnSync(started, ['echo', ...words], {
          cwd: moved, encoding: 'utf8', env: { PATH: [moved, onPath].join(delimiter), ...dotnetRoot !== undefined && { DOTNET_ROOT: dotnetRoot } },
        });
        expect(stderr).toBe('');
        expect(JSON.parse(stdout), started).toEqual({ dotnet: join(expected, 'dotnet'), library: join(moved, 'pwsh.dll'), words, pid });
      }
    }
  });
});
