/** What component based servicing (CBS) keeps in the registry about the packages of an image. */
import type { HiveKey } from '../registry/hive.ts';
import { fileTimeToIso } from '../fileTime.ts';
import { CbsState } from './states.ts';
import type { WindowsImage } from './windowsImage.ts';

/** Visibility of packages that are parts of others. */
const hidden = 2;

/** One package. */
export interface ServicedPackage {
  /** `name~token~architecture~culture~version`. */
  readonly name: string;
  /** One of CbsState, or something that CBS calls invalid. */
  readonly state: number;
  readonly isHidden: boolean;
  /** ISO 8601. */
  readonly installTime: string | null;
  readonly installClient: string;
  /** Name of the package file. */
  readonly installName: string;
  /** States of its updates, of which some are features, by name in lower case. */
  readonly updates: () => ReadonlyMap<string, number>;
}

/** All packages that CBS knows, also those that are hidden or not there any more. */
export async function readPackages(image: WindowsImage): Promise<ServicedPackage[]> {
  return (await image.packageKeys()).map(readPackage);
}

function readPackage(key: HiveKey): ServicedPackage {
  const values = new Map(key.values().map((value) => [value.name.toLowerCase(), value]));
  const number = (name: string) => values.get(name)?.asNumber();
  const text = (name: string) => values.get(name)?.asString() ?? '';
  const installTime = BigInt(number('installtimehigh') ?? 0) << 32n | BigInt(number('installtimelow') ?? 0);
  return {
    name: key.name,
    state: number('currentstate') ?? CbsState.Absent,
    isHidden: number('visibility') === hidden,
    installTime: fileTimeToIso(installTime) ?? null,
    installClient: text('installclient'),
    installName: text('installname'),
    updates: () => new Map((key.subkey('Updates')?.values() ?? [])
      .flatMap((value) => { const state = value.asNumber(); return state === undefined ? [] : [[value.name.toLowerCase(), state]]; })),
  };
}
