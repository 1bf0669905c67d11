/** Chooses the engine, once a process. */
import type { EngineChoice, EngineName } from '@dismts/protocol';
import { DismError, UnsupportedError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { Engine } from './engine.ts';

/** What a client can say about an engine beside its name. */
export interface EngineOptions {
  /** The DismApi.dll of the native engine, or its folder; default: that of Windows. */
  readonly dismPath?: string | undefined;
}

/** Makes the engine of a choice; tests bring their own. */
export type EngineFactory = (choice: EngineChoice, options: EngineOptions) => Promise<Engine>;

/** The engine that a choice stands for on this system: Auto is Native on Windows and Portable elsewhere. */
export function engineNameFor(choice: EngineChoice, platform: NodeJS.Platform = process.platform): EngineName {
  if (choice !== 'Auto') {
    return choice;
  }
  return platform === 'win32' ? 'Native' : 'Portable';
}

/**
 * Makes the engine of a choice. What it is made of is loaded only now: --version and --help need none of it.
 * @throws UnsupportedError: the native engine off Windows.
 * @throws DismError E_INVALIDARG: a DismApi.dll for the portable engine.
 */
export async function createEngine(choice: EngineChoice, { dismPath }: EngineOptions = {}): Promise<Engine> {
  if (engineNameFor(choice) === 'Native') {
    if (process.platform !== 'win32') {
      throw new UnsupportedError(`The Native engine works on Windows only: it calls DismApi.dll, and this is ${process.platform}`,
        { hint: 'Use the Portable engine (-Engine Portable).' });
    }
    const { createNativeEngine } = await import('./native/nativeEngine.ts');
    return createNativeEngine({ dismPath });
  }
  if (dismPath !== undefined) {
    throw new DismError(Hresult.E_INVALIDARG, `Cannot use "${dismPath}": the Portable engine calls no DismApi.dll`, {
      target: dismPath, hint: 'Leave -DismPath out, or use the Native engine on Windows.',
    });
  }
  const { createPortableEngine } = await import('./portable/portableEngine.ts');
  return createPortableEngine();
}
