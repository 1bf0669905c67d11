/** The command line: reads it, and does what it asks for. */
import type { EngineFactory } from './engine/selectEngine.ts';
import { exitCode } from './exitCodes.ts';
import { print } from './stdout.ts';
import { messageOf } from './systemErrors.ts';

/** Does what the arguments ask for and gives the exit code. What serves the module loads nothing of the rest. */
export async function run(args: readonly string[], createEngine: EngineFactory): Promise<number> {
  if (args.length === 1 && args[0] === '--stdio') {
    const { serveStdio } = await import('./stdio.ts');
    return await serveStdio(createEngine);
  }
  const { parseCommandLine } = await import('./commandLine/parse.ts');
  const commandLine = parseCommandLine(args);
  switch (commandLine.kind) {
    case 'run': {
      const { runRequest } = await import('./commandLine/runRequest.ts');
      return await runRequest(commandLine.request, createEngine);
    }
    case 'text': return await printed(commandLine.text);
    case 'completion': {
      const { completionScript } = await import('./commandLine/completionScripts.ts');
      return await printed(completionScript(commandLine.shell));
    }
    case 'manual': {
      const { manualPage } = await import('./commandLine/manual.ts');
      return await printed(manualPage());
    }
    case 'complete': {
      const [{ complete, completionLines }, { mountFolders }] = await Promise.all([import('./commandLine/completion.ts'), import('./commandLine/mountFolders.ts')]);
      return await printed(completionLines(await complete(commandLine.words, () => mountFolders(createEngine))));
    }
    case 'wrong': {
      const { reason, verb } = commandLine;
      process.stderr.write(`dismts: ${reason}\nSee "dismts ${verb === '' ? '' : `${verb} `}--help".\n`);
      return exitCode('usage');
    }
    case 'stdio': return exitCode('done');
  }
}

/** Prints what is nothing but text, and gives the exit code. */
async function printed(text: string): Promise<number> {
  const unwritten = await print(text);
  if (unwritten === undefined) { return exitCode('done'); }
  process.stderr.write(`dismts: Cannot write to stdout: ${messageOf(unwritten)}\n`);
  return exitCode('unwritten');
}
