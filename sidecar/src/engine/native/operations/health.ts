/** health/*: the component store of an image. The API tells a state and nothing of what it found. */
import type {
  checkHealth as checkMethod, cleanComponents as cleanMethod, HealthResult, ImageHealthState, restoreHealth as restoreMethod, scanHealth as scanMethod,
} from '@dismts/protocol';
import { DismCleanImageFlags, DismCleanImageType } from '../binding/constants.ts';
import { requireSources } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import type { ImageReference } from '../api/sessions.ts';

/** By DismImageHealthState. */
const healthStates = ['Healthy', 'Repairable', 'NonRepairable'] as const satisfies readonly ImageHealthState[];

/** Reads the state that earlier scans left, or scans. A number that is not known must not pass for health. */
async function readHealth(operation: NativeOperation, image: ImageReference, scan: boolean): Promise<ImageHealthState> {
  const options = operation.options('Scanning');
  return healthStates[await operation.read(image, (session) => operation.api.checkImageHealth(session, scan, options))] ?? 'NonRepairable';
}

function healthResult(
  operation: NativeOperation, image: ImageReference, imageHealthState: ImageHealthState, basis: HealthResult['basis'],
): HealthResult {
  return { ...operation.imageResult(image), imageHealthState, basis, counts: null, findings: [], failure: null };
}

export const checkHealth: Handler<typeof checkMethod> = async (params, operation) => {
  const state = await readHealth(operation, params, false);
  return healthResult(operation, params, state, 'markers');
};

export const scanHealth: Handler<typeof scanMethod> = async (params, operation) => {
  const scan = params.validateOnly !== true;
  const state = await readHealth(operation, params, scan);
  return healthResult(operation, params, state, scan ? 'scan' : 'markers');
};

export const restoreHealth: Handler<typeof restoreMethod> = async (params, operation) => {
  const { sources, limitAccess = false } = params;
  requireSources(sources, `Cannot restore the health of ${params.path === undefined ? 'the running Windows' : `"${params.path}"`}`);
  if (params.validateOnly === true) { return healthResult(operation, params, await readHealth(operation, params, false), 'markers'); }
  await operation.change(params, (session) => operation.api.restoreImageHealth(
    session, { sourcePaths: sources, limitAccess }, operation.options('Repairing')));
  // What the restore scanned and mended is in the state that it leaves. It succeeds only where nothing is left to mend.
  const state = await operation.optional(() => readHealth(operation, params, false), 'The restore succeeded; the state that it left cannot be read');
  return healthResult(operation, params, state ?? 'Healthy', 'scan');
};

export const cleanComponents: Handler<typeof cleanMethod> = async (params, operation) => {
  const { resetBase = false, defer = false } = params;
  const flags = (resetBase ? DismCleanImageFlags.ResetBase : 0) | (defer ? DismCleanImageFlags.Defer : 0);
  if (params.validateOnly === true) {
    await readHealth(operation, params, false);
  } else {
    await operation.change(params, (session) => operation.api.cleanImage(
      session, { type: DismCleanImageType.Component, flags }, operation.options('Cleaning up')));
  }
  return operation.imageResult(params);
};
