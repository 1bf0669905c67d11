/** Chooses the engine, once a process. */
import type { EngineChoice, EngineName } from '@dismts/protocol';
import { UnsupportedError } from '../errors.ts';
import type { Engine } from './engine.ts';

/** Makes the engine of a choice; tests bring their own. */
export type EngineFactory = (choice: EngineChoice) => Promise<Engine>;

/** The engine that a choice stands for on this system: Auto is Native on Windows and Portable elsewhere. */
export function engineNameFor(choice: EngineChoice, platform: NodeJS.Platform = process.platform): EngineName {
  if (choice !== 'Auto') {
    return choice;
  }
  return platform === 'win32' ? 'Native' : 'Portable';
}

/**
 * Makes the engine of a choice. What it is made of is loaded only now: --version and --help need none of it.
 * @throws UnsupportedError: this version of DismTs has no such engine.
 */
export async function createEngine(choice: EngineChoice): Promise<Engine> {
  if (engineNameFor(choice) === 'Native') {
    throw new UnsupportedError('The Native engine is not part of this version of DismTs',
      { hint: 'Use the Portable engine (-Engine Portable), which runs on Linux.' });
  }
  const { createPortableEngine } = await import('./portable/portableEngine.ts');
  return createPortableEngine();
}
