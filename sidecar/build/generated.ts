/** The files, and parts of files, that are made of tables in the sources: `tables.ts` writes them, a test compares. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aboutTopics } from './aboutTopics.ts';
import { exitCodeFile, exitCodeTable } from './exitCodeTexts.ts';
import { packageTable } from '../src/platform/linux/packages.ts';
import { root } from './paths.ts';
import { supportTable } from './supportTable.ts';
import { type Place, versionedFiles, withPlaces } from './versions.ts';

/** Parts of files of the repository. */
function places(): Place[] {
  return [
    section('module/docs/automation.md', 'exit codes', exitCodeTable()),
    section('module/docs/engines.md', 'support table', supportTable()),
    section('README.md', 'packages', packageTable()),
    { file: 'DismTs.psd1', before: 'FunctionsToExport    = @(\n', after: '\n    )', text: commands().map((name) => `        '${name}'`).join('\n') },
  ];
}

/** What stands in a document between `<!-- NAME -->` and `<!-- end of NAME -->`, each on a line of its own. */
function section(file: string, name: string, text: string): Place {
  return { file, before: `<!-- ${name} -->\n`, after: `\n<!-- end of ${name} -->`, text };
}

/** The commands of the module: a file each. */
export function commands(): string[] {
  return readdirSync(join(root, 'module', 'Public')).map((file) => file.replace(/\.ps1$/, '')).sort();
}

/** Whole files. */
const files: readonly { readonly file: string; readonly text: () => string }[] = [
  { file: 'module/ExitCode.psd1', text: exitCodeFile },
];

/** What each file should hold, by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const texts = withPlaces(places(), new Map([...versionedFiles(), ...files.map(({ file, text }) => [file, text()] as const)]));
  for (const [file, text] of aboutTopics(texts)) { texts.set(file, text); }
  return texts;
}
