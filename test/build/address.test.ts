/** Addresses come from one place, and none is invented. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { addresses, missingAddresses } from '../../sidecar/build/address.ts';
import { icon } from '../../sidecar/build/icon.ts';
import { packagedManifest, withHelpAddress } from '../../sidecar/build/manifest.ts';
import { root } from '../../sidecar/build/paths.ts';

const known = { repository: { url: 'git+https://github.com/example/dismts.git' } };

test('addresses() gives nothing but the licence where package.json names no place', () => {
  expect(addresses({}, '1.2.3')).toEqual({ license: 'https://opensource.org/license/mit' });
  expect(missingAddresses({}, '1.2.3')).toBe('No ProjectUri, no IconUri, no HelpUri of its own commands: package.json names no homepage and no repository');
  expect(packagedManifest({})).not.toMatch(/ProjectUri|IconUri/);
});

test('addresses() gives a page and the bytes of a file on hosts that it knows, and no guess on others', () => {
  const { page, ...rest } = addresses(known, '1.2.3');
  expect(rest).toEqual({
    project: 'https://github.com/example/dismts', license: 'https://github.com/example/dismts/blob/v1.2.3/LICENSE', icon: 'https://github.com/example/dismts/raw/v1.2.3/module/icon.png',
  });
  expect(page?.('README.md')).toBe('https://github.com/example/dismts/blob/v1.2.3/README.md');
  expect(addresses({ repository: 'github:example/dismts' }, '1.2.3').project).toBe('https://github.com/example/dismts');
  expect(addresses({ homepage: 'https://dismts.example', repository: 'https://git.example/dismts' }, '1.2.3')).toEqual({ project: 'https://dismts.example', license: 'https://opensource.org/license/mit' });
  expect(missingAddresses(known, '1.2.3')).toBe('');
});

test('a packaged manifest has the addresses', () => {
  const text = packagedManifest(known);
  for (const name of ['ProjectUri', 'LicenseUri', 'IconUri', 'ReleaseNotes']) { expect(text.match(new RegExp(`^ +${name} = '`, 'gm')), name).toHaveLength(1); }
});

test('withHelpAddress() gives each command without a page of the in-box module its own, and leaves the others', () => {
  const folder = join(root, 'module/Public');
  for (const file of readdirSync(folder)) {
    const [name, text] = [basename(file, '.ps1'), readFileSync(join(folder, file), 'utf8')];
    expect(withHelpAddress(name, text, {})).toBe(text);
    const changed = withHelpAddress(name, text, known);
    expect(changed.match(/\[CmdletBinding\((?:.*, )?HelpUri = 'https:[^' ]+'(?:, [^)]*)?\)\]/g), file).toHaveLength(1);
    if (!text.includes('HelpUri')) { expect(changed).toContain(`module/docs/commands/${name}.md'`); }
  }
});

test('module/icon.png is what icon.ts draws (else: npm run tables)', () => {
  const pixels = (png: Buffer): Buffer => inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  const committed = readFileSync(join(root, 'module/icon.png'));
  expect(committed.readUInt32BE(16)).toBe(128);
  expect(pixels(committed).equals(pixels(icon()))).toBe(true);
});
