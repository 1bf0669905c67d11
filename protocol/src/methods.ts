/** The table of all requests: what the server registers and the tests walk through. A request that a file here declares is in it. */
import * as appx from './appx.ts';
import * as capability from './capability.ts';
import * as driver from './driver.ts';
import * as edition from './edition.ts';
import * as environment from './environment.ts';
import { resolveError } from './error.ts';
import * as feature from './feature.ts';
import * as firstBoot from './firstBoot.ts';
import * as health from './health.ts';
import * as image from './image.ts';
import * as imageFile from './imageFile.ts';
import * as imageItem from './imageItem.ts';
import { initialize, shutdown } from './lifecycle.ts';
import { getLog } from './log.ts';
import type { RequestMethod } from './messages.ts';
import * as packages from './package.ts';
import * as registry from './registry.ts';
import * as system from './system.ts';
import * as wimBoot from './wimBoot.ts';

/** What else the files export (schemas, types) is no request. */
type Requests<T> = { readonly [K in keyof T as T[K] extends RequestMethod ? K : never]: T[K] };

/** In the order of their names, which is that of a module's exports, but not of a bundle's. */
function requestsOf<T extends object>(declarations: T): Requests<T> {
  const requests = Object.entries(declarations).filter(([, value]) => (value as Partial<RequestMethod>).direction === 'clientToServer');
  return Object.fromEntries(requests.sort(([a], [b]) => (a < b ? -1 : 1))) as Requests<T>;
}

/** Requests that an engine answers; each is the name of an Engine method. */
export const engineMethods = {
  ...requestsOf(environment), ...requestsOf(image), ...requestsOf(imageFile), ...requestsOf(imageItem), ...requestsOf(wimBoot),
  ...requestsOf(health), ...requestsOf(packages), ...requestsOf(feature),
  ...requestsOf(driver), ...requestsOf(capability), ...requestsOf(edition), ...requestsOf(appx),
  ...requestsOf(registry), ...requestsOf(firstBoot), ...requestsOf(system),
} as const;

/** All requests of the protocol. */
export const methods = { initialize, shutdown, resolveError, getLog, ...engineMethods } as const;
