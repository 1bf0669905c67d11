/** A native engine over the doubles, and files to work on. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished, expect } from 'vitest';
import { engineMethods } from '@dismts/protocol';
import type { z } from 'zod';
import { testContext, type TestContext } from '../../../helpers/operationContext.ts';
import { startNativeEngine, until, type TestEngine, type TestEngineOptions } from '../../../helpers/nativeEngine.ts';
import { tempFolder } from '../../../helpers/tempFolder.ts';

type Methods = typeof engineMethods;
type ImageFileMethod = Exclude<keyof Methods, 'getEnvironment' | 'putImageItem'>;

/** What a test works with. */
export interface Work extends TestEngine {
  readonly folder: string;
  /** A path below the folder. */
  readonly at: (...names: string[]) => string;
  /** Writes files by their paths below a new folder of the name, which it gives. */
  readonly tree: (name: string, files: Readonly<Record<string, string | Buffer>>) => string;
  readonly run: <K extends ImageFileMethod>(method: K, params: z.input<Methods[K]['params']>, signal?: AbortSignal) => Promise<z.output<Methods[K]['result']>>;
  /** A close that fails leaves something open. */
  readonly allowLeaks: () => void;
  /** Of the last operation. */
  readonly context: () => TestContext;
  /** Names in the folder, without those of the double. */
  readonly names: () => string[];
}

/** After the test the double must have nothing to complain of, and nothing may be left open or allocated. */
export function startWork(options: TestEngineOptions = {}): Work {
  const folder = tempFolder();
  const scratch = tempFolder();
  const test = startNativeEngine(options);
  let mayLeak = false;
  let lastContext = testContext('');
  onTestFinished(() => {
    if (mayLeak) { return; }
    expect(test.wimDouble.violations()).toEqual([]);
    // Whatever became of the operations.
    expect(readdirSync(scratch)).toEqual([]);
    const last = test.wimDouble.calls().at(-1);
    if (last !== undefined) { expect([last.function, last.outstanding, last.handles]).toEqual([last.function, 0, 0]); }
  });
  return {
    ...test, folder,
    at: (...names) => join(folder, ...names),
    tree: (name, files) => {
      const root = join(folder, name);
      mkdirSync(root, { recursive: true });
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content);
      }
      return root;
    },
    run: async (method, params, signal = new AbortController().signal) => {
      const declaration = engineMethods[method];
      const perform = test.engine[method] as (values: unknown, context: TestContext) => Promise<unknown>;
      // The server opens the log that a request names.
      const { logPath = '' } = params as { readonly logPath?: string };
      const context = testContext(declaration.method, { signal, scratchDirectory: scratch });
      lastContext = { ...context, log: { ...context.log, path: logPath } };
      return declaration.result.parse(await perform(declaration.params.parse(params), lastContext)) as never;
    },
    allowLeaks: () => { mayLeak = true; },
    context: () => lastContext,
    names: () => readdirSync(folder).sort(),
  };
}

/**
 * Cancels an operation while the double blocks in a function, with messages still under way; by the end it has failed as cancelled.
 * @param modes Of the double, beside those.
 */
export async function cancelIn<K extends ImageFileMethod>(
  work: Work, called: string, method: K, params: z.input<Methods[K]['params']>, modes: Readonly<Record<string, string>> = {},
): Promise<void> {
  work.wimDouble.setModes({ [`block.${called}`]: 'cancel', drain: 5, ...modes });
  const controller = new AbortController();
  const running = work.run(method, params, controller.signal);
  running.catch(() => undefined);
  await until(() => work.wimDouble.events().some(({ event }) => event === 'blocked'), 'the call blocks');
  controller.abort();
  await expect(running).rejects.toMatchObject({ symbol: 'ERROR_CANCELLED' });
  work.wimDouble.setModes({});
}

/** Files and folders of a folder with their content, by their paths. */
export function contentOf(folder: string): Record<string, string> {
  const content: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    content[name] = statSync(join(folder, name)).isDirectory() ? '(folder)' : readFileSync(join(folder, name), 'utf8');
  }
  return content;
}
