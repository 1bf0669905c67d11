/** Draws module/docs/terminal.svg, the picture of the README, from a run of the executable: `npm run picture`, as root. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binFolder, root } from './paths.ts';
import { findTarget } from './targets.ts';

/** Short, because results name it. */
const folder = '/tmp/images';
const steps: readonly (readonly [words: string, then?: () => void])[] = [
  ['capture master install.wim Master --quiet'],
  ['info install.wim'],
  ['mount install.wim mnt --index 1', () => { writeFileSync(join(folder, 'mnt', 'notes.txt'), 'changed in the mounted image\n'); }],
  ['moutn install.wim mnt'],
  ['mount install.wim mnt --index 1'],
  ['unmount mnt --save'],
  ['verify install.wim'],
];
const [lineHeight, columns] = [19, 112];

const target = findTarget();
const program = join(binFolder, target.name, target.executable);
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'master', 'Windows'), { recursive: true });
mkdirSync(join(folder, 'mnt'));
writeFileSync(join(folder, 'master', 'Windows', 'win.ini'), '[fonts]\n');
const lines: { readonly text: string; readonly kind: 'typed' | 'said' | 'error' }[] = [];
for (const [words, then] of steps) {
  lines.push({ text: `$ dismts ${words.replace(' --quiet', '')}`, kind: 'typed' });
  const { stdout, stderr, status } = spawnSync(program, words.split(' '), { cwd: folder, encoding: 'utf8', env: { ...process.env, DISMTS_STATE_DIR: join(folder, 'state') } });
  const said = stdout.split('\n').filter((line) => line !== '');
  const wrong = status === 0 ? [] : stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Log: '));
  lines.push(...said.map((text) => ({ text, kind: 'said' as const })), ...wrong.map((text) => ({ text, kind: 'error' as const })));
  if (status !== 0) { lines.push({ text: `exit code ${status ?? 0}`, kind: 'error' }); }
  then?.();
}
rmSync(folder, { recursive: true, force: true });

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const colours = { typed: '#9cdcfe', said: '#d4d4d4', error: '#f48771' } as const;
const wrapped = lines.flatMap(({ text, kind }) => (text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']).map((part) => ({ text: part, kind })));
const height = wrapped.length * lineHeight + 30;
const rows = wrapped.map(({ text, kind }, row) => `  <text x="16" y="${(row + 1) * lineHeight + 8}" fill="${colours[kind]}" xml:space="preserve">${escape(text)}</text>`);
writeFileSync(join(root, 'module', 'docs', 'terminal.svg'), [
  `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="${height}" viewBox="0 0 960 ${height}" role="img" aria-label="A run of dismts in a terminal">`,
  `  <rect width="960" height="${height}" rx="8" fill="#1e1e1e"/>`,
  '  <g font-family="Consolas, Menlo, DejaVu Sans Mono, monospace" font-size="14">', ...rows, '  </g>', '</svg>', '',
].join('\n'));
console.log(wrapped.map(({ text }) => text).join('\n'));
