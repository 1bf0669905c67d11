/** The manifest as a package has it: with what changed in this version, and where the project is at home. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';
import { version } from './versions.ts';

/** No page of a repository shows more; the whole is in CHANGELOG.md. */
const maxNotesLength = 4000;

/** What CHANGELOG.md says of this version, or of the next one where this is not in it yet. */
export function releaseNotes(changelog: string, of: string): string {
  const sections = changelog.split(/^## /m).slice(1).map((text) => ({ title: text.slice(0, text.indexOf('\n')).trim(), text: text.slice(text.indexOf('\n')).trim() }));
  const section = sections.find(({ title }) => title.split(' ')[0] === of) ?? sections.find(({ title }) => title === 'Unreleased');
  if (section === undefined) { throw new Error(`CHANGELOG.md has neither "## ${of}" nor "## Unreleased"`); }
  return section.text.length <= maxNotesLength ? section.text : `${section.text.slice(0, section.text.lastIndexOf('\n', maxNotesLength))}\n\nThe rest is in CHANGELOG.md.`;
}

/** The text of DismTs.psd1 for a package. `homepage` of package.json, where it is set, becomes ProjectUri. */
export function packagedManifest(): string {
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { homepage?: string };
  const manifest = readFileSync(join(root, 'DismTs.psd1'), 'utf8');
  const line = /^( *)LicenseUri = .*$/m;
  const [found, indent = ''] = line.exec(manifest) ?? [];
  if (found === undefined) { throw new Error('DismTs.psd1 has no LicenseUri to put the rest beside'); }
  // Windows PowerShell reads a file without a byte order mark as ANSI.
  const quoted = (text: string): string => `'${text.replace(/[\u2013\u2014]/g, '-').replace(/[^\n -~]/gu, '?').replaceAll("'", "''")}'`;
  const lines = [
    found,
    ...homepage === undefined ? [] : [`${indent}ProjectUri = ${quoted(homepage)}`],
    `${indent}ReleaseNotes = ${quoted(releaseNotes(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version))}`,
  ];
  // A replacement as a text would take "$" for something.
  return manifest.replace(line, () => lines.join('\n'));
}
