/** The version number is that of package.json; here is where else it stands, written by `npm run tables`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

/** The version of package.json, such as `0.2.0` or `0.2.0-preview1`. */
export const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

/** A version of PowerShell has no label, and the label of a PSResource has letters and digits only. */
const [, numbers, label = ''] = /^(\d+\.\d+\.\d+)(?:-([A-Za-z0-9]+))?$/.exec(version) ?? [];
if (numbers === undefined) { throw new Error(`package.json has the version "${version}"; it can be 1.2.3 or 1.2.3-preview1`); }

/** ModuleVersion of the manifest. */
export const moduleVersion = numbers;
/** Prerelease of the manifest; empty for a release. */
const prerelease = label;

/** A text of a file, which stands between two others there. */
export interface Place {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly text: string;
}

/** The file with the text in its place. */
function replaceBetween(whole: string, { file, before, after, text }: Place): string {
  const begin = whole.indexOf(before) + before.length;
  const end = whole.indexOf(after, begin);
  if (begin < before.length || end < begin) { throw new Error(`${file} has no "${before.trim()}" with its end any more`); }
  return whole.slice(0, begin) + text + whole.slice(end);
}

/** Where it stands. */
const versionPlaces: readonly Place[] = [
  { file: 'sidecar/src/version.ts', before: `export const version = '`, after: `'`, text: version },
  { file: 'sidecar/package.json', before: '"version": "', after: '"', text: version },
  { file: 'sidecar/package.json', before: '"@dismts/protocol": "', after: '"', text: version },
  { file: 'protocol/package.json', before: '"version": "', after: '"', text: version },
  { file: 'DismTs.psd1', before: `ModuleVersion        = '`, after: `'`, text: moduleVersion },
  { file: 'DismTs.psd1', before: `Prerelease = '`, after: `'`, text: prerelease },
  { file: 'module/DismTs.psm1', before: `$script:moduleVersion = '`, after: `'`, text: version },
];

/** What files should hold, by their paths in the repository. @param files What is known of some already; the others are read. */
export function withPlaces(places: readonly Place[], files: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const texts = new Map(files);
  for (const place of places) { texts.set(place.file, replaceBetween(texts.get(place.file) ?? readFileSync(join(root, place.file), 'utf8'), place)); }
  return texts;
}

/** The files with the version in its places. */
export function versionedFiles(): ReadonlyMap<string, string> {
  return withPlaces(versionPlaces);
}
