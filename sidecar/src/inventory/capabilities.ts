/** The capabilities of an image: those that its packages declare, and those that Windows came with a description of. */
import type { Capability, CapabilityInfo, PackageState } from '@dismts/protocol';
import type { Mum, MumCapability } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { readPackages } from './servicedPackages.ts';
import { CbsState, isInUse, packageState } from './states.ts';
import type { WindowsImage } from './windowsImage.ts';

/** What to list. */
export interface CapabilityQuery {
  /** The whole name, in any case, or the part in front of the first `~`, which several may share; implies `detailed`. */
  readonly name?: string | undefined;
  readonly detailed?: boolean | undefined;
}

const versionParts = 4;

/** Name as the cmdlets show it, `Name~token~architecture~language~version`. Short versions are filled up from the left. */
export function capabilityName({ name, language = '', version = '' }: MumCapability): string {
  const parts = version === '' ? [] : version.split('.');
  const filled = [...Array<string>(Math.max(0, versionParts - parts.length)).fill('0'), ...parts];
  return `${name}~~~${language}~${filled.join('.')}`;
}

/**
 * The capabilities, sorted by name. One that several packages declare has the state of the one in use.
 * @param onPackage - Called before each package that is read, for progress and to stop.
 * @throws DismError ERROR_NOT_FOUND: there is no capability of that name.
 */
export async function listCapabilities(
  image: WindowsImage, query: CapabilityQuery = {}, onPackage: (done: number, total: number) => void = () => undefined,
): Promise<(Capability | CapabilityInfo)[]> {
  const found = new Map<string, CapabilityInfo>();
  const add = (mum: Mum, state: PackageState, replaces: boolean) => {
    for (const capability of mum.capabilities) {
      const name = capabilityName(capability);
      if (replaces || !found.has(name.toLowerCase())) {
        found.set(name.toLowerCase(),
          { name, state, displayName: mum.displayName ?? '', description: mum.description ?? '', downloadSize: 0, installSize: 0 });
      }
    }
  };
  const packages = (await readPackages(image)).filter((each) => each.state >= CbsState.Staged || each.state === CbsState.UninstallPending);
  for (const [index, serviced] of packages.entries()) {
    onPackage(index, packages.length);
    const mum = await image.packageFile(serviced.name);
    if (mum !== undefined) { add(mum, packageState(serviced.state), isInUse(serviced.state)); }
  }
  for await (const mum of image.absentPackageFiles()) { add(mum, 'NotPresent', false); }
  if (query.name === undefined) {
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, capability]) => (query.detailed === true ? capability : { name: capability.name, state: capability.state }));
  }
  const wanted = query.name.toLowerCase();
  const exact = found.get(wanted);
  // Newer versions of Windows know them by the name in front, too.
  const capabilities = exact === undefined ? [...found].filter(([name]) => name.split('~', 1)[0] === wanted).map(([, capability]) => capability) : [exact];
  if (capabilities.length === 0) {
    throw image.asFarAsRead(new DismError(Hresult.ERROR_NOT_FOUND, `Cannot find the capability "${query.name}" in "${image.path}"`,
      { target: query.name, hint: 'List the capabilities of the image with Get-DismTsCapability, and give the whole name, such as "App.WirelessDisplay.Connect~~~~0.0.1.0".' }));
  }
  return capabilities;
}
