/** Reads a command line: commander does the words, the table of verbs and the schemas say which there are. */
import { Command, CommanderError, Option } from 'commander';
import { engineChoiceSchema, type EngineChoice } from '@dismts/protocol';
import { version } from '../version.ts';
import { callableMethods } from './callable.ts';
import { exitCodeHelp, methodHelp, methodList, schemaText } from './helpTexts.ts';
import { nearest } from './nearest.ts';
import { isCommon, parametersOf, readWord, UsageError, type Parameter } from './parameters.ts';
import type { OutputStyle, RunnableRequest } from './runRequest.ts';
import { shells, type Shell } from './completionScripts.ts';
import { findVerb, verbGroups, verbs, type Verb } from './verbs.ts';

/** What a command line asks for. */
export type CommandLine =
  | { readonly kind: 'stdio' }
  /** Print this and be done. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly request: RunnableRequest }
  | { readonly kind: 'completion'; readonly shell: Shell }
  | { readonly kind: 'manual' }
  /** What could follow these words, the last of which is being typed. */
  | { readonly kind: 'complete'; readonly words: readonly string[] }
  /** `verb`: whose help says more; empty where it is that of the program. */
  | { readonly kind: 'wrong'; readonly reason: string; readonly verb: string };

/** Options that every request has beside the parameters in its schema. */
interface CommonOptions {
  readonly engine: EngineChoice;
  readonly dismPath?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly progress?: true;
  readonly schema?: true;
}

/** Reads a command line; never throws. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  if (args.includes('--stdio')) {
    return args.length === 1 ? { kind: 'stdio' } : { kind: 'wrong', reason: '--stdio stands alone: it serves the module', verb: '' };
  }
  if (args[0] === 'help') {
    const word = args[1] ?? '--help';
    const isKnown = findVerb(word) !== undefined || ['call', 'completion', 'manual'].includes(word);
    return parseCommandLine(isKnown ? [word, '--help'] : [word]);
  }
  if (args[0] === 'complete') { return { kind: 'complete', words: args.slice(args[1] === '--' ? 2 : 1) }; }
  let [printed, complaint] = ['', ''];
  let found: CommandLine | undefined;
  const program = makeProgram((commandLine) => { found = commandLine; }, args);
  program.configureOutput({ writeOut: (text) => { printed += text; }, writeErr: (text) => { complaint += text; } });
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().copyInheritedSettings(program);
  }
  const verb = args.find((word) => word === 'call' || findVerb(word) !== undefined) ?? '';
  try {
    program.parse(args, { from: 'user' });
    return found ?? { kind: 'wrong', reason: 'Say what to do', verb };
  } catch (error) {
    if (error instanceof UsageError) { return { kind: 'wrong', reason: error.message, verb }; }
    if (!(error instanceof CommanderError)) { throw error; }
    if (error.exitCode === 0) { return { kind: 'text', text: printed }; }
    return { kind: 'wrong', reason: error.code === 'commander.help' ? 'Say what to do' : reasonOf(complaint, args), verb };
  }
}

/** What commander complains of, in one line. It suggests no hidden command, as the methods of call are. */
function reasonOf(complaint: string, args: readonly string[]): string {
  const [, method] = args;
  if (args[0] === 'call' && method !== undefined && complaint.includes(`unknown command '${method}'`)) {
    return `There is no method "${method}"${nearest(method, [...callableMethods.keys()])}`;
  }
  return complaint.trim().replace(/^error: /, '').replace(/\s*\(Did you mean (?:one of )?(.+)\?\)$/s, (_, near: string) => `; did you mean "${near.replaceAll(', ', '" or "')}"?`);
}

type Found = (commandLine: CommandLine) => void;

function makeProgram(found: Found, args: readonly string[]): Command {
  const program = new Command('dismts').version(`dismts ${version}`, '--version', 'show the version')
    .description('Mounts, services and repairs Windows images.')

    .helpOption('-h, --help', 'show help').addHelpCommand(new Command('help').argument('[verb]').helpGroup('Other:').description('Show the help of a verb'))
    .addHelpText('after', `
dismts VERB --help has the options of a verb; "dismts mount --schema" its parameters and its result as JSON Schema.
Paths may be relative, numbers hexadecimal. Progress and messages go to stderr, results to stdout.
${exitCodeHelp()}
Completion: source <(dismts completion bash), and likewise zsh, fish and powershell. Manual: dismts manual | man -l -`);
  program.addOption(new Option('--stdio', 'serve JSON-RPC on stdin and stdout, as the PowerShell module has it'));
  for (const group of verbGroups) {
    for (const verb of verbs.filter((candidate) => candidate.group === group)) { addVerb(program, verb, found, args); }
  }
  addCall(program, found, args);
  program.command('completion').helpGroup('Other:').description('Print the completion script of a shell').argument('<shell>', shells.join(', '))
    .action((word: string) => {
      const shell = shells.find((candidate) => candidate === word.toLowerCase());
      if (shell === undefined) { throw new UsageError(`There is completion for ${shells.join(', ')}, not for "${word}"${nearest(word, shells)}`); }
      found({ kind: 'completion', shell });
    });
  program.command('manual').helpGroup('Other:').description('Print the manual page, in the format of man').action(() => { found({ kind: 'manual' }); });
  return program;
}

/** Adds a verb; its options only where it is the one that is meant. */
function addVerb(program: Command, verb: Verb, found: Found, args: readonly string[]): void {
  const command = program.command(verb.name).description(verb.summary).helpGroup(`${verb.group}:`);
  const declaration = callableMethods.get(verb.method);
  if (declaration === undefined || !args.includes(verb.name)) { return; }
  const parameters = parametersOf(declaration.params);
  const positionals = verb.positionals.map((name) => parameters.find((parameter) => parameter.name === name)).filter((parameter) => parameter !== undefined);
  const fixed = Object.values(verb.choices ?? {}).flatMap(({ params }) => Object.keys(params));
  for (const parameter of positionals) {
    const word = `${parameter.option}${parameter.many ? '...' : ''}`;
    command.argument(parameter.required && verb.orElse === undefined ? `<${word}>` : `[${word}]`, parameter.text);
  }
  for (const [name, { text }] of Object.entries(verb.choices ?? {})) { command.option(`--${name}`, text); }
  const optional = parameters.filter((parameter) => !positionals.includes(parameter) && !fixed.includes(parameter.name));
  for (const parameter of optional) { addParameter(command, parameter); }
  addCommonOptions(command);
  command.addHelpText('after', `\nExample: dismts ${verb.example}`);
  // The schema alone needs no parameters.
  if (args.includes('--schema')) { command.allowExcessArguments(); for (const argument of command.registeredArguments) { argument.argOptional(); } }
  command.action((...given: unknown[]) => {
    const words = given.slice(0, positionals.length);
    const options = command.opts<CommonOptions & Record<string, unknown>>();
    if (options.schema === true) { found({ kind: 'text', text: schemaText(declaration) }); return; }
    const params: Record<string, unknown> = {};
    for (const { option, name } of optional) {
      const value = options[camel(option)];
      if (value !== undefined) { params[name] = value; }
    }
    Object.assign(params, chosenParams(verb, options), positionalParams(verb, positionals, words, params['online'] === true));
    found({ kind: 'run', request: request(verb.method, params, options, options.json === true ? 'json' : { verb }) });
  });
}

/** Reads what is given by position. The running Windows has no root folder, so the word for that stands for what comes after it. */
function positionalParams(verb: Verb, positionals: readonly Parameter[], words: readonly unknown[], online: boolean): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  const skipped = online && verb.positionals[0] === 'path' && (words.at(-1) === undefined || words.length === 1) ? 1 : 0;
  positionals.slice(skipped).forEach((parameter, position) => {
    const word = words[position];
    if (word === undefined || (Array.isArray(word) && word.length === 0)) { return; }
    const called = `<${parameter.option}>`;
    const other = verb.orElse?.[parameter.name];
    try {
      params[parameter.name] = Array.isArray(word) ? word.map((one: string) => readWord(parameter, one, called)) : readWord(parameter, word as string, called);
    } catch (error) {
      if (other === undefined) { throw error; }
      params[other] = word;
    }
  });
  return params;
}

function chosenParams(verb: Verb, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = Object.keys(verb.choices ?? {});
  const chosen = names.filter((name) => options[name] === true);
  const [only] = chosen;
  if (names.length === 0) { return {}; }
  if (only === undefined || chosen.length > 1) { throw new UsageError(`${verb.name} needs one of ${names.map((name) => `--${name}`).join(' and ')}`); }
  return verb.choices?.[only]?.params ?? {};
}

function addParameter(command: Command, parameter: Parameter): void {
  const { option, kind, many, text, choices } = parameter;
  const flag = `--${option}`;
  if (kind === 'switch') {
    const made = new Option(flag, text);
    // To commander `--no-rp-fix` is the reverse of `--rp-fix`, and kept under the name of that.
    made.negate = false;
    command.addOption(made);
    return;
  }
  const placeholder = kind === 'choice' ? option.slice(option.lastIndexOf('-') + 1) : kind === 'source' ? 'path' : kind;
  const described = kind === 'choice' ? `${text}: ${choices.join(', ')}` : text;
  const made = new Option(`${flag} <${placeholder}>`, many ? `${described}; may be given several times` : described);
  made.argParser<unknown>((word, before) => {
    const value = readWord(parameter, word, flag);
    // A list in JSON is all of them.
    return many ? [...(before as unknown[] | undefined) ?? [], ...kind === 'json' && Array.isArray(value) ? value as unknown[] : [value]] : value;
  });
  if (isCommon(parameter.name)) { made.helpGroup('Options of every command:'); }
  command.addOption(made);
}

function addCommonOptions(command: Command): void {
  const options = [
    new Option('--engine <engine>', engineChoiceSchema.options.join(', ')).default('Auto').argParser((word: string) => {
      const choice = engineChoiceSchema.options.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
      if (choice === undefined) { throw new UsageError(`--engine takes ${engineChoiceSchema.options.join(', ')}, not "${word}"${nearest(word, engineChoiceSchema.options)}`); }
      return choice;
    }),
    new Option('--dism-path <path>', 'DismApi.dll of the Native engine, or its folder; default: that of Windows')
      .argParser((word: string) => readWord(dismPathParameter, word, '--dism-path')),
    new Option('--json', 'print results and errors as JSON'),
    new Option('-q, --quiet', 'print results and errors, and nothing else'),
    new Option('--progress', 'show progress, in lines, also where stderr is no terminal'),
    new Option('--schema', 'print parameters and result as JSON Schema, and do nothing'),
  ];
  for (const option of options) { command.addOption(option.helpGroup('Options of every command:')); }
  command.helpOption('-h, --help', 'show this help');
}

const dismPathParameter: Parameter = { name: 'dismPath', option: 'dism-path', kind: 'path', many: false, required: false, choices: [], text: '' };

/** `call`: its methods are commands of it, so that each has its help. */
function addCall(program: Command, found: Found, args: readonly string[]): void {
  const call = program.command('call').helpGroup('Other:').description('Run one request of the protocol, with its parameters as JSON')
    .usage('METHOD [JSON|-] [options]').helpCommand(false);
  if (args[0] !== 'call' && !args.includes('call')) { return; }
  call.addHelpText('after', `\nParameters are a JSON object, or - to read it from stdin. The result is JSON on stdout.\n\n${methodList()}`);
  for (const [method, declaration] of callableMethods) {
    const command = call.command(method, { hidden: true }).argument('[json]', 'parameters as a JSON object, or - for stdin', '{}');
    addCommonOptions(command);
    command.addHelpText('after', methodHelp(declaration));
    command.action((json: string) => {
      const options = command.opts<CommonOptions>();
      if (options.schema === true) { found({ kind: 'text', text: schemaText(declaration) }); return; }
      found({ kind: 'run', request: request(method, json, options, options.json === true ? 'json' : 'call') });
    });
  }
}

function request(
  method: string, params: RunnableRequest['params'], { engine, dismPath, quiet, progress }: CommonOptions, style: OutputStyle,
): RunnableRequest {
  return { method, params, engine, dismPath, style, quiet: quiet === true, progress: progress === true };
}

/** The name under which commander keeps an option. */
function camel(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
