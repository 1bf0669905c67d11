/** capability/*: features on demand. */
import type {
  addCapability as addMethod, CapabilityInfo, exportCapabilitySource as exportMethod, getCapabilities as getMethod, removeCapability as removeMethod,
} from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { wildcardMatcher } from '../../../wildcard.ts';
import { requireWritableFolder } from '../../../writableFolder.ts';
import type { CapabilitySources } from '../binding/capabilities.ts';
import type { DismCapabilityInfo } from '../binding/structs.ts';
import { requireFolder, requireSources } from './requiredFiles.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { readEach } from './readEach.ts';
import type { ImageReference } from '../api/sessions.ts';
import { packageState, text } from './values.ts';

function toCapabilityInfo(info: DismCapabilityInfo): CapabilityInfo {
  return {
    name: text(info.name), state: packageState(info.state), displayName: text(info.displayName), description: text(info.description),
    downloadSize: info.downloadSizeBytes, installSize: info.installSizeBytes,
  };
}

/** All about one capability; the functions that look into sources are called only when they have to. */
async function readInfo(operation: NativeOperation, image: ImageReference, name: string, from?: CapabilitySources): Promise<CapabilityInfo> {
  const { api } = operation;
  const found = toCapabilityInfo(await operation.read(image, (session) => (
    from === undefined ? api.getCapabilityInfo(session, name) : api.getCapabilityInfoEx(session, name, from))));
  // The API answers about one that it does not know, too: that it has no name, and is not present.
  if (found.name === '') {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `Cannot find the capability "${name}"`, {
      target: name, hint: 'List the capabilities with Get-DismTsCapability, and give the whole name, such as "App.WirelessDisplay.Connect~~~~0.0.1.0".',
    });
  }
  return found;
}

export const getCapabilities: Handler<typeof getMethod> = async (params, operation) => {
  const { name, sources = [], limitAccess = false, detailed = false } = params;
  requireSources(sources, 'Cannot list the capabilities');
  const from = sources.length === 0 && !limitAccess ? undefined : { limitAccess, sourcePaths: sources };
  if (name !== undefined) {
    return { capabilities: [await readInfo(operation, params, name, from)], ...operation.imageResult(params) };
  }
  const { api } = operation;
  const listed = await operation.read(params, (session) => (from === undefined ? api.getCapabilities(session) : api.getCapabilitiesEx(session, from)));
  const matches = wildcardMatcher(params.like ?? '*');
  const capabilities = listed.map((one) => ({ name: text(one.name), state: packageState(one.state) })).filter((one) => matches(one.name));
  const found = detailed ? await readEach(operation, capabilities, (one) => readInfo(operation, params, one.name, from)) : capabilities;
  return { capabilities: found, ...operation.imageResult(params) };
};

export const addCapability: Handler<typeof addMethod> = async (params, operation) => {
  const { name, limitAccess = false, sources } = params;
  requireSources(sources, `Cannot add the capability "${name}"`);
  if (params.validateOnly === true) {
    await readInfo(operation, params, name);
  } else {
    await operation.change(params, (session) => operation.api.addCapability(
      session, name, { limitAccess, sourcePaths: sources }, operation.options('Adding capability')));
  }
  return operation.imageResult(params);
};

export const removeCapability: Handler<typeof removeMethod> = async (params, operation) => {
  const { name } = params;
  if (params.validateOnly === true) {
    await readInfo(operation, params, name);
  } else {
    await operation.change(params, (session) => operation.api.removeCapability(session, name, operation.options('Removing capability')));
  }
  return operation.imageResult(params);
};

/** What the function calls a recipe file, the in-box cmdlet gives the name of a capability. */
export const exportCapabilitySource: Handler<typeof exportMethod> = async (params, operation) => {
  const { name, source, target } = params;
  requireFolder(source, `Cannot export the capability "${name}"`);
  requireWritableFolder(target, `Cannot export the capability "${name}"`);
  if (params.validateOnly === true) {
    await readInfo(operation, params, name, { limitAccess: true, sourcePaths: [source] });
  } else {
    await operation.change(params, (session) => operation.api.exportSource(
      session, { recipeFile: name, sourcePath: source, targetPath: target }, operation.options('Exporting source')));
  }
  return operation.imageResult(params);
};
