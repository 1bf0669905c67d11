/** Which Windows is in an image, as far as it decides on drivers. */
import { architectureNumber } from './architectures.ts';
import type { WindowsImage } from './windowsImage.ts';
import { UnsupportedError } from '../errors.ts';
import { type InfArchitecture, infArchitectures, type InfTarget } from '../drivers/infTarget.ts';

const currentVersion = 'Microsoft\\Windows NT\\CurrentVersion';
/** wProductType of Windows. */
const [workstation, server] = [1, 3];

/**
 * The Windows in an image.
 * @param architecture Of the drivers that are asked for; default: that of the image.
 * @throws UnsupportedError: the image does not say which architecture it has, or it is none that has drivers.
 */
export async function imageTarget(image: WindowsImage, architecture?: string): Promise<InfTarget> {
  const key = (await image.hive('SOFTWARE')).key(currentVersion);
  const text = (name: string) => key?.value(name)?.asString() ?? '';
  // CurrentVersion stays 6.3 from Windows 10 on.
  const [major = 0, minor = 0] = text('CurrentVersion').split('.').map((part) => Number(part) || 0);
  return {
    architecture: requireArchitecture(architecture ?? await imageArchitecture(image), image.path),
    major: key?.value('CurrentMajorVersionNumber')?.asNumber() ?? major,
    minor: key?.value('CurrentMinorVersionNumber')?.asNumber() ?? minor,
    build: Number(text('CurrentBuild') || text('CurrentBuildNumber')) || 0,
    productType: /^server/i.test(text('InstallationType')) ? server : workstation,
  };
}

/** Name of the architecture that the image is for, as the registry spells it. */
async function imageArchitecture(image: WindowsImage): Promise<string> {
  return (await image.controlSet())?.key('Control\\Session Manager\\Environment')?.value('PROCESSOR_ARCHITECTURE')?.asString() ?? '';
}

function requireArchitecture(name: string, path: string): InfArchitecture {
  const number = architectureNumber(name);
  const found = Object.entries(infArchitectures).find(([, value]) => value === number)?.[0];
  if (found === undefined) { throw new UnsupportedError(`Cannot tell which drivers "${path}" needs: its architecture is "${name}"`, { target: path }); }
  return found as InfArchitecture;
}

/** LANGID that the image was installed in; US English where it does not say. */
export async function imageLanguage(image: WindowsImage): Promise<number> {
  const text = (await image.controlSet())?.key('Control\\Nls\\Language')?.value('InstallLanguage')?.asString() ?? '';
  return /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : 0x0409;
}
