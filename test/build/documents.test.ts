/** What documents say is so: links lead somewhere, and command lines of `dismts` are ones that it takes. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../sidecar/build/generated.ts';
import { root } from '../../sidecar/build/paths.ts';
import { parseCommandLine } from '../../sidecar/src/commandLine/parse.ts';

const documents = [
  'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md',
  ...readdirSync(join(root, 'module/docs')).filter((name) => name.endsWith('.md')).map((name) => `module/docs/${name}`),
];
const pages = readdirSync(join(root, 'module/docs/commands')).map((name) => `module/docs/commands/${name}`);

test.for([...documents, ...pages])('%s: every link leads somewhere', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link));
  expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
});

test.for(documents)('%s: every line "$ dismts ..." is one', (file) => {
  const lines = [...readFileSync(join(root, file), 'utf8').matchAll(/^\$ dismts ([^;|\n]+)/gm)].map(([, words = '']) => words.trim());
  for (const words of lines) { expect(parseCommandLine(words.split(' ')), words).toMatchObject({ kind: 'run' }); }
});

test('README.md has a row for every command', () => {
  const rows = readFileSync(join(root, 'README.md'), 'utf8').split('\n').filter((line) => line.startsWith('| `'));
  const isNamed = (name: string): boolean => {
    const [verb = '', noun = ''] = name.split('-');
    // Commands of one noun share a row: `Get-`, `Add-DismTsPackage`.
    return rows.some((row) => row.includes(`\`${name}\``) || (row.includes(`\`${verb}-\``) && row.includes(`-${noun}\``)));
  };
  expect(commands().filter((name) => !isNamed(name))).toEqual([]);
});

test('README.md is for a stranger: short, with a picture, and tells where to read on', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  expect(text.split('\n').length).toBeLessThan(150);
  for (const name of documents.filter((file) => file !== 'README.md')) { expect(text).toContain(`(${name})`); }
});
