/** The about_ topics of the module, made of its documents: plain text that Get-Help shows, in ASCII and lines of 80. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

/** The topics: their file, and the document that they say. */
const topics: Readonly<Record<string, string>> = {
  Engines: 'module/docs/engines.md', Mounting: 'module/docs/mounting.md', ImageFiles: 'module/docs/imageFiles.md', Repair: 'module/docs/repair.md', Servicing: 'module/docs/servicing.md',
  Automation: 'module/docs/automation.md', Errors: 'module/docs/errors.md', Logs: 'module/docs/logs.md', Security: 'SECURITY.md',
};
const width = 80;
const indent = '    ';

/** What each file should hold. `texts` has the documents that were just made. */
export function aboutTopics(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(topics).map(([name, file]) => [
    `module/en-US/about_DismTs_${name}.help.txt`, topicText(`about_DismTs_${name}`, texts.get(file) ?? readFileSync(join(root, file), 'utf8')),
  ]));
}

function topicText(name: string, markdown: string): string {
  const [title = '', ...lines] = markdown.split('\n');
  return ascii([
    'TOPIC', `${indent}${name}`, '', 'SHORT DESCRIPTION', `${indent}${title.replace(/^# /, '')}`, '', 'LONG DESCRIPTION', ...body(lines), '',
    'SEE ALSO', `${indent}about_DismTs`, '',
  ].join('\n').replace(/\n{3,}/g, '\n\n'));
}

/** Paragraphs and list items are filled, tables become lists, code stays as it is. */
function body(lines: readonly string[]): string[] {
  const out: string[] = [];
  let paragraph: string[] = [];
  let headings: string[] = [];
  let code = false;
  const flush = (): void => {
    if (paragraph.length > 0) { out.push(...fill(plain(paragraph.join(' ')))); paragraph = []; }
  };
  for (const line of lines) {
    if (line.startsWith('```')) { flush(); code = !code; out.push(''); continue; }
    if (code) { out.push(line === '' ? '' : `${indent}${indent}${line}`); continue; }
    if (line.startsWith('<!--')) { flush(); continue; }
    if (line.startsWith('#')) { flush(); out.push('', `  ${line.replace(/^#+ /, '').toUpperCase()}`); continue; }
    if (line.startsWith('|')) {
      flush();
      const cells = line.replace(/^\| ?| ?\|$/g, '').split(' | ').map((cell) => plain(cell.trim()));
      if (/^\|[-| ]+\|$/.test(line)) { continue; }
      if (headings.length === 0) { headings = cells; continue; }
      const [first = '', ...rest] = cells;
      out.push('', `${indent}${first}`, ...rest.flatMap((cell, index) => (cell === '' ? [] : fill(`${headings[index + 1] ?? ''}: ${cell}`.replace(/^: /, ''), `${indent}${indent}`))));
      continue;
    }
    headings = [];
    if (line === '') { flush(); out.push(''); continue; }
    if (/^\* /.test(line)) { flush(); }
    paragraph.push(line.trim());
  }
  flush();
  return out;
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/\*\*([^*]+)\*\*/g, '$1').replaceAll('`', '').replaceAll('\\|', '|');
}

function fill(text: string, margin = indent): string[] {
  const hanging = text.startsWith('* ') ? `${margin}  ` : margin;
  const out: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const lead = out.length === 0 ? margin : hanging;
    if (line !== '' && lead.length + line.length + 1 + word.length > width) {
      out.push(lead + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...out, (out.length === 0 ? margin : hanging) + line];
}

/** Windows PowerShell reads help without a byte order mark as ANSI. */
function ascii(text: string): string {
  return text.replaceAll('\u2026', '...').replace(/[\u2018\u2019]/g, "'").replace(/[^\n -~]/gu, '?');
}
