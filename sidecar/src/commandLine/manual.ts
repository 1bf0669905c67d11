/** The manual page, section 1, from the same tables as the help. */
import { exitCodes } from '../exitCodes.ts';
import { version } from '../version.ts';
import { callableMethods } from './callable.ts';
import { isCommon, parametersOf, type Parameter } from './parameters.ts';
import { verbGroups, verbs, type Verb } from './verbs.ts';

/** Text that troff takes as it is. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(['.])/gm, '\\&$1');
}

/** The page as troff with the man macros. */
export function manualPage(): string {
  return [
    `.TH DISMTS 1 "" "DismTs ${version}" "DismTs"`,
    '.SH NAME', 'dismts \\- mount, service and repair Windows images',
    '.SH SYNOPSIS', '.B dismts', '.I verb', '[\\fIarguments\\fR] [\\fIoptions\\fR]', '.br', '.B dismts call', '.I method', '[\\fIjson\\fR|\\-] [\\fIoptions\\fR]', '.br', '.B dismts \\-\\-stdio',
    '.SH DESCRIPTION',
    escaped('Does with Windows images what the DISM API does: on Windows through DismApi.dll, elsewhere with libwim, FUSE and overlayfs.'),
    escaped('Paths may be relative, and numbers hexadecimal. Results go to stdout; progress, warnings and errors go to stderr.'),
    ...verbGroups.flatMap((group) => [`.SH "${group.toUpperCase()}"`, ...verbs.filter((verb) => verb.group === group).flatMap(verbLines)]),
    '.SH OPTIONS OF EVERY VERB',
    ...commonLines(),
    '.SH CALL',
    escaped('Runs one request of the protocol. Its parameters are a JSON object, or - to read it from stdin; its result is JSON. dismts call METHOD --help has the parameters of one.'),
    '.PP', escaped(`The methods are ${[...callableMethods.keys()].join(', ')}.`),
    '.SH EXIT STATUS',
    ...Object.values(exitCodes).map(({ windows, posix, meaning }) => `.TP\n.B ${posix === windows ? posix : `${posix} (on Windows ${windows})`}\n${escaped(meaning)}`),
    '.SH ENVIRONMENT', '.TP', '.B DISMTS_STATE_DIR', escaped('Folder of mount records, staged changes and logs, in place of /var/lib/dismts and /var/log/dismts.'),
    '.SH SEE ALSO', '.BR wimlib\\-imagex (1),', escaped('and in PowerShell Get-Help about_DismTs'), '',
  ].join('\n');
}

function verbLines(verb: Verb): string[] {
  const declaration = callableMethods.get(verb.method);
  const parameters = declaration === undefined ? [] : parametersOf(declaration.params);
  const words = verb.positionals.map((name) => parameters.find((parameter) => parameter.name === name)?.option ?? name);
  const fixed = Object.values(verb.choices ?? {}).flatMap(({ params }) => Object.keys(params));
  const options = parameters.filter(({ name }) => !isCommon(name) && !verb.positionals.includes(name) && !fixed.includes(name));
  return [
    '.TP', `.B ${escaped(verb.name)}${words.map((word) => ` \\fI${escaped(word)}\\fR`).join('')}`, `${escaped(verb.summary)}.`,
    '.RS', ...Object.entries(verb.choices ?? {}).flatMap(([name, { text }]) => ['.TP', `.B \\-\\-${escaped(name)}`, escaped(text)]),
    ...options.flatMap(optionLines), '.PP', `Example: \\fBdismts ${escaped(verb.example)}\\fR`, '.RE',
  ];
}

function optionLines({ option, kind, choices, text }: Parameter): string[] {
  const value = kind === 'switch' ? '' : ` \\fI${escaped(kind === 'choice' ? choices.join('|') : kind === 'source' ? 'path' : kind)}\\fR`;
  return ['.TP', `.B \\-\\-${escaped(option)}${value}`, escaped(text)];
}

function commonLines(): string[] {
  const declaration = callableMethods.get('health/scan');
  const parameters = declaration === undefined ? [] : parametersOf(declaration.params).filter(({ name }) => isCommon(name));
  const own: readonly (readonly [string, string])[] = [
    ['--engine Auto|Native|Portable', 'the engine; Auto takes that of the system'], ['--dism-path path', 'DismApi.dll of the Native engine, or its folder'],
    ['--json', 'print results and errors as JSON'], ['-q, --quiet', 'print results and errors, and nothing else'],
    ['--progress', 'show progress, in lines, also where stderr is no terminal'], ['--schema', 'print parameters and result as JSON Schema, and do nothing'],
  ];
  return [...own.flatMap(([option, text]) => ['.TP', `.B ${escaped(option)}`, escaped(text)]), ...parameters.flatMap(optionLines)];
}
