/** The files, and parts of files, that are made of tables in the sources: `tables.ts` writes them, a test compares. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aboutTopics } from './aboutTopics.ts';
import { exitCodeFile, exitCodeTable } from './exitCodeTexts.ts';
import { packageTable } from '../src/platform/linux/packages.ts';
import { root } from './paths.ts';
import { versionedFiles } from './versions.ts';

/** Parts of files of the repository, by the name in their markers: `<!-- NAME -->` and `<!-- end of NAME -->`, each on a line of its own. */
const sections: readonly { readonly file: string; readonly name: string; readonly text: () => string }[] = [
  { file: 'module/docs/automation.md', name: 'exit codes', text: exitCodeTable },
  { file: 'README.md', name: 'packages', text: packageTable },
];

/** Whole files. */
const files: readonly { readonly file: string; readonly text: () => string }[] = [
  { file: 'module/ExitCode.psd1', text: exitCodeFile },
];

/** What each file should hold, by its path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const texts = new Map([...versionedFiles(), ...files.map(({ file, text }) => [file, text()] as const)]);
  for (const { file, name, text } of sections) {
    texts.set(file, replaceSection(texts.get(file) ?? readFileSync(join(root, file), 'utf8'), file, name, text()));
  }
  for (const [file, text] of aboutTopics(texts)) { texts.set(file, text); }
  return texts;
}

function replaceSection(whole: string, file: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- end of ${name} -->`];
  const [before, rest] = whole.split(begin);
  const [, after] = (rest ?? '').split(end);
  if (before === undefined || after === undefined) { throw new Error(`${file} has no "${begin.trim()}" with its end`); }
  return `${before}${begin}${text}${end}${after}`;
}
