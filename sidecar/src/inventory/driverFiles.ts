/** Driver packages that are not in an image: what their INF files have for the Windows in it. */
import { basename, dirname } from 'node:path';
import type { Driver, DriverInfo } from '@dismts/protocol';
import { bootCriticalClasses } from '../drivers/deviceClasses.ts';
import { InfFile } from '../drivers/infFile.ts';
import { infMessage } from '../drivers/infMessage.ts';
import { readModels } from '../drivers/infModels.ts';
import { maxInfBytes } from '../drivers/infText.ts';
import { type InfVersion, readVersion } from '../drivers/infVersion.ts';
import { DismError, reworded } from '../errors.ts';
import { fileTimeToIso } from '../fileTime.ts';
import { Hresult } from '../hresult.ts';
import { FolderImage } from '../imageFiles/folderFiles.ts';
import { architectureNumber } from './architectures.ts';
import { describeModel } from './drivers.ts';
import { imageLanguage, imageTarget } from './imageTarget.ts';
import type { WindowsImage } from './windowsImage.ts';

/**
 * What INF files are for, one object for each hardware id.
 * @param onInvalid Called for a file that is no driver of this image, which is left out. None: it is an error.
 * @throws DismError SPAPI_E_GENERAL_SYNTAX: it is no INF file of a driver. SPAPI_E_DRIVER_NONNATIVE, SPAPI_E_INVALID_TARGET: it has nothing for the image.
 */
export async function describeInfFiles(
  image: WindowsImage, infPaths: readonly string[], signal: AbortSignal, onInvalid?: (error: DismError) => void,
): Promise<DriverInfo[]> {
  const devices: DriverInfo[] = [];
  for (const infPath of infPaths) {
    signal.throwIfAborted();
    try {
      for (const device of await describeInfFile(image, infPath)) { devices.push(device); }
    } catch (error) {
      if (!(error instanceof DismError)) { throw error; }
      const named = reworded(error, infMessage(error, infPath), { target: infPath });
      if (onInvalid === undefined) { throw named; }
      onInvalid(named);
    }
  }
  return devices;
}

async function describeInfFile(image: WindowsImage, infPath: string): Promise<DriverInfo[]> {
  const target = await imageTarget(image);
  const inf = InfFile.parse(await readInf(infPath), await imageLanguage(image));
  const version = readVersion(inf, target.architecture);
  const driver = await describePackage(image, infPath, version);
  const models = readModels(inf, target);
  return models.length === 0
    ? [{
        ...driver, manufacturerName: '', hardwareDescription: '', hardwareId: '', architecture: architectureNumber(target.architecture),
        serviceName: '', compatibleIds: '', excludeIds: '',
      }]
    : models.map((model) => describeModel(inf, model, driver, target.architecture));
}

async function readInf(infPath: string): Promise<Buffer> {
  const folder = new FolderImage(dirname(infPath));
  try {
    const data = await folder.read(basename(infPath), maxInfBytes);
    if (data === undefined) { throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `"${infPath}" does not exist, or is no file`, { target: infPath }); }
    return data;
  } finally {
    folder.closeNow();
  }
}

/** The package. Its files are not read, so that nothing is known of a signature; it has no name in the image, so that the file stands for that. */
async function describePackage(image: WindowsImage, infPath: string, { version, classGuid, className, provider, date, catalog }: InfVersion): Promise<Driver> {
  const [majorVersion, minorVersion, build, revision] = version;
  const deviceClass = (await image.controlSet())?.key('Control\\Class')?.subkey(classGuid);
  return {
    driver: infPath, originalFileName: infPath, inbox: false, catalogFile: catalog ?? '',
    className: className === '' ? deviceClass?.value('Class')?.asString() ?? '' : className, classGuid, classDescription: '',
    bootCritical: bootCriticalClasses.has(classGuid), driverSignature: 'Unknown', providerName: provider, date: fileTimeToIso(date) ?? null,
    version: version.join('.'), majorVersion, minorVersion, build, revision,
  };
}
