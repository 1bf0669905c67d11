/** The table of what an engine process does, by method of the engine: what the files here export. */
import type { engineMethods } from '@dismts/protocol';
import * as appx from './appx.ts';
import * as capabilities from './capabilities.ts';
import * as drivers from './drivers.ts';
import * as editions from './editions.ts';
import * as features from './features.ts';
import type { Handler } from './handler.ts';
import * as health from './health.ts';
import * as imageFileApply from './imageFileApply.ts';
import * as imageFileCapture from './imageFileCapture.ts';
import * as imageFileChange from './imageFileChange.ts';
import * as imageFileExport from './imageFileExport.ts';
import * as imageFileRead from './imageFileRead.ts';
import * as imageFileSplit from './imageFileSplit.ts';
import * as images from './images.ts';
import * as packages from './packages.ts';
import * as system from './system.ts';
import * as wimBoot from './wimBoot.ts';

/** What Windows has no function for: `unsupportedBy.Native` says why. */
export type NotNative = 'putImageItem' | 'convertImage' | 'getRegistryKeys' | 'getRegistryValues' | 'changeRegistry' | 'importRegistryFile'
  | 'getFirstBoot' | 'addFirstBoot' | 'removeFirstBoot';

/** Every method that needs the DISM API. What the machine has of it, the server finds out without. */
export const operations: {
  readonly [K in Exclude<keyof typeof engineMethods, 'getEnvironment' | NotNative>]: Handler<(typeof engineMethods)[K]>
} = {
  ...images, ...health, ...packages, ...features, ...drivers, ...capabilities, ...editions, ...appx, ...system,
  ...imageFileCapture, ...imageFileApply, ...imageFileExport, ...imageFileSplit, ...imageFileChange, ...imageFileRead, ...wimBoot,
};
