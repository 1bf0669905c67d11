/** Which Windows an image holds. */
import type { getEdition } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import type { HiveKey } from '../registry/hive.ts';
import { architectureNumber } from './architectures.ts';
import type { WindowsImage } from './windowsImage.ts';

/** What `edition/get` gives beside the properties of every result. */
export type Edition = Pick<z.output<typeof getEdition.result>,
  'edition' | 'compositionEditionId' | 'productName' | 'installationType' | 'displayVersion' | 'version' | 'architecture' | 'defaultLanguage'>;

/**
 * Reads the edition.
 * @throws DismError CBS_E_NO_ACTIVE_EDITION: the registry names none.
 */
export async function readEdition(image: WindowsImage): Promise<Edition> {
  const current = (await image.hive('SOFTWARE')).key('Microsoft\\Windows NT\\CurrentVersion');
  const text = (name: string) => current?.value(name)?.asString() ?? '';
  const edition = text('EditionID');
  if (edition === '') {
    throw new DismError(Hresult.CBS_E_NO_ACTIVE_EDITION, `Cannot read the edition of "${image.path}": its registry names none`, { target: image.path });
  }
  const controlSet = await image.controlSet();
  return {
    edition,
    compositionEditionId: text('CompositionEditionID'),
    productName: text('ProductName'),
    installationType: text('InstallationType'),
    displayVersion: text('DisplayVersion'),
    version: versionOf(current),
    architecture: architectureNumber(controlSet?.key('Control\\Session Manager\\Environment')?.value('PROCESSOR_ARCHITECTURE')?.asString()),
    defaultLanguage: defaultLanguage(controlSet),
  };
}

function versionOf(current: HiveKey | undefined): string {
  const text = (name: string) => current?.value(name)?.asString() ?? '';
  // CurrentVersion says 6.3 in all later ones, too.
  const [major, minor] = text('CurrentVersion').split('.');
  const build = text('CurrentBuild') || text('CurrentBuildNumber');
  return [
    current?.value('CurrentMajorVersionNumber')?.asNumber() ?? (major || '0'),
    current?.value('CurrentMinorVersionNumber')?.asNumber() ?? (minor ?? '0'),
    build || '0',
    current?.value('UBR')?.asNumber() ?? 0,
  ].join('.');
}

function defaultLanguage(controlSet: HiveKey | undefined): string {
  const number = controlSet?.key('Control\\Nls\\Language')?.value('InstallLanguage')?.asString() ?? '';
  const language = controlSet?.key('Control\\MUI\\UILanguages')?.subkeys()
    .find((each) => each.value('LCID')?.asNumber() === Number.parseInt(number, 16));
  return language?.name ?? number;
}
