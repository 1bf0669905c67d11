/** environment/get: what this machine has of what the native engine needs. */
import { isSea } from 'node:sea';
import type { getEnvironment as method } from '@dismts/protocol';
import type { z } from 'zod';
import { isElevated } from '../../elevation.ts';
import { defaultLogDirectory } from '../../log.ts';

/** Looks at this machine. Changes nothing. */
export function getEnvironment(): Promise<z.input<typeof method.result>> {
  return Promise.resolve({
    engine: 'Native', ready: true, platform: process.platform, architecture: process.arch, elevated: isElevated(), stateDirectory: '',
    logDirectory: defaultLogDirectory(), executable: isSea() ? process.execPath : [process.execPath, ...process.argv.slice(1, 2)].join(' '), checks: [],
  });
}
