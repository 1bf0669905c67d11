/** Makes up components for a synthetic store: in use, superseded and only staged versions of one family, with files of every kind. */
import type { ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { pseudoRandom } from '../wims.ts';
import type { ComponentSpec, FileSpec } from './manifestText.ts';
import { newerVersion, olderVersion, sampleVersion } from './sampleStore.ts';

const macros = ['system32', 'windows', 'inf', 'drivers', 'fonts', 'wbem'] as const;
const families = 12;

/** Components beside those of the sample, the same for the same random numbers. */
export function randomComponents(random: () => number): ComponentSpec[] {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const bytes = (): Buffer => pseudoRandom(1 + Math.floor(random() * 4000), Math.floor(random() * 2 ** 31));

  const fileOf = (name: string, isInUse: boolean): FileSpec => {
    const data = bytes();
    const isWriteable = random() < 0.25;
    const form = random() < 0.15 ? pick(['DCS', 'DCN', 'DCH'] as const) : 'plain';
    // Whoever may change a file has, or the component is not in use and somebody else's file is there, or nothing.
    const others = [bytes(), data, 'nothing' as const];
    const isLinked = isInUse && !isWriteable && form === 'plain';
    return {
      name, data, form, isWriteable, destination: `$(runtime.${pick(macros)})${random() < 0.2 ? '\\made up' : ''}`,
      ...random() < 0.2 ? { sourcePath: 'deep\\er\\' } : {}, ...random() < 0.1 ? { algorithm: 'sha1' as const } : {},
      ...isLinked ? {} : { inUse: isInUse && !isWriteable ? data : pick(others) },
    };
  };

  return Array.from({ length: families }, (_, family) => {
    const identity: ComponentIdentity = {
      name: `Random-Family-${family}`, publicKeyToken: '31bf3856ad364e35', processorArchitecture: pick(['amd64', 'amd64', 'msil']), versionScope: 'nonSxS', version: sampleVersion,
    };
    const versionInUse = pick([sampleVersion, sampleVersion, olderVersion, undefined]);
    const versions = [olderVersion, sampleVersion, newerVersion].filter((version) => version === versionInUse || random() < 0.5);
    // A file that no version changed is the same in each, as far as bytes go.
    const common = bytes();
    return versions.map((version): ComponentSpec => {
      const isInUse = version === versionInUse;
      const files = Array.from({ length: 1 + Math.floor(random() * 3) }, (_file, index) => fileOf(`r${family}-${version}-${index}.dll`, isInUse));
      const shared: FileSpec = { name: `r${family}-common.dll`, data: common, destination: '$(runtime.system32)' };
      return {
        identity: { ...identity, version }, isNotProjected: !isInUse, manifestForm: pick(['DCM', 'DCM', 'plain']),
        flags: (files.some(({ isWriteable }) => isWriteable === true) ? 0x80 : 0) | (files.some(({ form }) => form !== 'plain') ? 0x200 : 0),
        files: [...files, shared],
      };
    });
  }).flat();
}
