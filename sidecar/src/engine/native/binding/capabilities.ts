/** The capabilities (features on demand) of an image. */
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { readMany, readOne, stringArray } from './results.ts';
import type { DismSession } from './session.ts';
import { readCapabilities, readCapabilityInfo, type DismCapability, type DismCapabilityInfo } from './structs.ts';
import { quoted } from './text.ts';

const sources = 'BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount';
const DismGetCapabilities = nativeFunction('DismGetCapabilities', 'DismSession Session, _Out_ DismCapability **Capability, _Out_ UINT *Count');
const DismGetCapabilityInfo = nativeFunction('DismGetCapabilityInfo', 'DismSession Session, PCWSTR Name, _Out_ DismCapabilityInfo **Info');
const DismAddCapability = nativeFunction('DismAddCapability', `DismSession Session, PCWSTR Name, ${sources}, ${progressParameters}`);
const DismRemoveCapability = nativeFunction('DismRemoveCapability', `DismSession Session, PCWSTR Name, ${progressParameters}`);
const _DismGetCapabilitiesEx = nativeFunction('_DismGetCapabilitiesEx',
  `DismSession Session, ${sources}, _Out_ DismCapability **Capability, _Out_ UINT *Count`);
const _DismGetCapabilityInfoEx = nativeFunction('_DismGetCapabilityInfoEx',
  `DismSession Session, PCWSTR Name, ${sources}, _Out_ DismCapabilityInfo **Info`);

/** Where capabilities are looked for. */
export interface CapabilitySources {
  /** Do not ask Windows Update. */
  readonly limitAccess: boolean;
  /** Folders with features on demand, in this order. */
  readonly sourcePaths: readonly string[];
}

/** Functions on capabilities. Names are full identities, such as `Language.Basic~~~en-US~0.0.1.0`. */
export interface CapabilityFunctions {
  /**
   * All capabilities that the image has or could have.
   * @see dismapi.h DismGetCapabilities
   */
  getCapabilities(session: DismSession): Promise<CallResult<DismCapability[]>>;
  /**
   * All about one capability. One that nobody knows may come back as NotPresent.
   * @throws DismError E_INVALIDARG, ERROR_NOT_FOUND: there is no such capability.
   * @see dismapi.h DismGetCapabilityInfo
   */
  getCapabilityInfo(session: DismSession, name: string): Promise<CallResult<DismCapabilityInfo>>;
  /**
   * Adds a capability. Cancellable, with progress.
   * @throws DismError CBS_E_INVALID_WINDOWS_UPDATE_COUNT, CBS_E_INVALID_WINDOWS_UPDATE_COUNT_WSUS, CBS_E_SOURCE_MISSING
   * @see dismapi.h DismAddCapability
   */
  addCapability(session: DismSession, name: string, from: CapabilitySources, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Removes a capability. Cancellable, with progress.
   * @throws DismError E_INVALIDARG, ERROR_NOT_FOUND: there is no such capability.
   * @see dismapi.h DismRemoveCapability
   */
  removeCapability(session: DismSession, name: string, options?: CallOptions): Promise<CallOutcome>;
  /**
   * All capabilities, those of the sources included.
   * @see _DismGetCapabilitiesEx (undocumented)
   */
  getCapabilitiesEx(session: DismSession, from: CapabilitySources): Promise<CallResult<DismCapability[]>>;
  /**
   * All about one capability, looked for in the sources, too.
   * @throws DismError E_INVALIDARG, ERROR_NOT_FOUND: there is no such capability.
   * @see _DismGetCapabilityInfoEx (undocumented)
   */
  getCapabilityInfoEx(session: DismSession, name: string, from: CapabilitySources): Promise<CallResult<DismCapabilityInfo>>;
}

/** The functions of this group, on a caller. */
export function capabilityFunctions(caller: Caller): CapabilityFunctions {
  const named = (what: string, name: string) => ({ action: `Cannot ${what} the capability ${quoted(name)}`, target: name });
  const list = { action: 'Cannot list the capabilities of the image' };
  const from = ({ limitAccess, sourcePaths }: CapabilitySources) => [Number(limitAccess), ...stringArray(sourcePaths)];
  return {
    getCapabilities: (session) => readMany(caller, { function: DismGetCapabilities, inputs: [session], ...list }, readCapabilities),
    getCapabilityInfo: (session, name) => readOne(caller, {
      function: DismGetCapabilityInfo, inputs: [session, name], ...named('read', name),
    }, readCapabilityInfo),
    addCapability: (session, name, sourcesOf, options) => caller.run({
      function: DismAddCapability, arguments: (trio) => [session, name, ...from(sourcesOf), ...trio], options, ...named('add', name),
    }),
    removeCapability: (session, name, options) => caller.run({
      function: DismRemoveCapability, arguments: (trio) => [session, name, ...trio], options, ...named('remove', name),
    }),
    getCapabilitiesEx: (session, sourcesOf) => readMany(caller, {
      function: _DismGetCapabilitiesEx, inputs: [session, ...from(sourcesOf)], ...list,
    }, readCapabilities),
    getCapabilityInfoEx: (session, name, sourcesOf) => readOne(caller, {
      function: _DismGetCapabilityInfoEx, inputs: [session, name, ...from(sourcesOf)], ...named('read', name),
    }, readCapabilityInfo),
  };
}
