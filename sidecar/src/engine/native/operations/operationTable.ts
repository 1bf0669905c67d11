/** The table of what an engine process does, by method of the engine: what the files here export. */
import type { engineMethods } from '@dismts/protocol';
import * as appx from './appx.ts';
import * as capabilities from './capabilities.ts';
import * as drivers from './drivers.ts';
import * as editions from './editions.ts';
import * as features from './features.ts';
import type { Handler } from './handler.ts';
import * as health from './health.ts';
import * as images from './images.ts';
import * as packages from './packages.ts';
import * as system from './system.ts';

/** What there is no operation for yet: `unsupportedBy.Native` says so of each. */
export type NotYetNative = 'captureImage' | 'appendImage' | 'applyImage' | 'exportImage' | 'splitImage' | 'removeImage' | 'getImageContent' | 'joinImage'
  | 'optimizeImageFile' | 'setImage' | 'testImageFile' | 'extractImageItem' | 'putImageItem' | 'captureCustomImage' | 'getWimBootEntries' | 'updateWimBootEntry';

/** Every method that needs the DISM API. What the machine has of it, the server finds out without. */
export const operations: {
  readonly [K in Exclude<keyof typeof engineMethods, 'getEnvironment' | NotYetNative>]: Handler<(typeof engineMethods)[K]>
} = {
  ...images, ...health, ...packages, ...features, ...drivers, ...capabilities, ...editions, ...appx, ...system,
};
