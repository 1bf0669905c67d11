/** The command line: reads it, and does what it asks for. */
import type { EngineFactory } from './engine/selectEngine.ts';
import { exitCode } from './exitCodes.ts';

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
    case 'text': process.stdout.write(commandLine.text); break;
    case 'completion': {
      const { completionScript } = await import('./commandLine/completionScripts.ts');
      process.stdout.write(completionScript(commandLine.shell));
      break;
    }
    case 'manual': {
      const { manualPage } = await import('./commandLine/manual.ts');
      process.stdout.write(manualPage());
      break;
    }
    case 'complete': {
      const [{ complete, completionLines }, { mountFolders }] = await Promise.all([import('./commandLine/completion.ts'), import('./commandLine/mountFolders.ts')]);
      process.stdout.write(completionLines(await complete(commandLine.words, () => mountFolders(createEngine))));
      break;
    }
    case 'wrong': {
      const { reason, verb } = commandLine;
      process.stderr.write(`dismts: ${reason}\nSee "dismts ${verb === '' ? '' : `${verb} `}--help".\n`);
      return exitCode('usage');
    }
    case 'stdio': break;
  }
  return exitCode('done');
}
