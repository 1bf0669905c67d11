/** The manifest as a package has it: with what changed in this version, and where the project is at home. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addresses, readHome } from './address.ts';
import type { Home } from './address.ts';
import { root } from './paths.ts';
import { version } from './versions.ts';

/** No page of a repository shows more; the whole is in CHANGELOG.md. */
const maxNotesLength = 4000;

/** What CHANGELOG.md says of this version, or of the next one where this is not in it yet. */
function releaseNotes(changelog: string, of: string): string {
  const sections = changelog.split(/^## /m).slice(1).map((text) => ({ title: text.slice(0, text.indexOf('\n')).trim(), text: text.slice(text.indexOf('\n')).trim() }));
  const section = sections.find(({ title }) => title.split(' ')[0] === of) ?? sections.find(({ title }) => title === 'Unreleased');
  if (section === undefined) { throw new Error(`CHANGELOG.md has neither "## ${of}" nor "## Unreleased"`); }
  return section.text.length <= maxNotesLength ? section.text : `${section.text.slice(0, section.text.lastIndexOf('\n', maxNotesLength))}\n\nThe rest is in CHANGELOG.md.`;
}

/** The text of DismTs.psd1 for a package, with the addresses that package.json leads to. */
export function packagedManifest(home: Home = readHome()): string {
  const { project, license, icon } = addresses(home, version);
  const manifest = readFileSync(join(root, 'DismTs.psd1'), 'utf8');
  const line = /^( *)LicenseUri = .*$/m;
  const [found, indent = ''] = line.exec(manifest) ?? [];
  if (found === undefined) { throw new Error('DismTs.psd1 has no LicenseUri to put the rest beside'); }
  // Windows PowerShell reads a file without a byte order mark as ANSI.
  const quoted = (text: string): string => `'${text.replace(/[\u2013\u2014]/g, '-').replace(/[^\n -~]/gu, '?').replaceAll("'", "''")}'`;
  const lines = [
    `${indent}LicenseUri = ${quoted(license)}`,
    ...project === undefined ? [] : [`${indent}ProjectUri = ${quoted(project)}`],
    ...icon === undefined ? [] : [`${indent}IconUri = ${quoted(icon)}`],
    `${indent}ReleaseNotes = ${quoted(releaseNotes(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version))}`,
  ];
  // A replacement as a text would take "$" for something.
  return manifest.replace(line, () => lines.join('\n'));
}

/** The text of a file with commands, where those without a HelpUri have that of their own page: `Get-Help -Online` opens it. */
export function withHelpAddress(name: string, text: string, home: Home = readHome()): string {
  const { page } = addresses(home, version);
  if (page === undefined || text.includes('HelpUri = ')) { return text; }
  return text.replace('[CmdletBinding(', () => `[CmdletBinding(HelpUri = '${page(`module/docs/commands/${name}.md`)}', `).replace(/(HelpUri = '[^']*'), \)/, '$1)');
}
