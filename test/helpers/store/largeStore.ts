/** Builds a component store of the size of a real one, for measurements: many manifests, or much payload. */
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyform } from '../../../sidecar/src/componentStore/keyHash.ts';
import { pseudoRandom } from '../wims.ts';
import { baseManifestText, type ComponentSpec, manifestText } from './manifestText.ts';
import { encodeDcm } from './pa30Encoder.ts';
import { writeWcp } from './peWriter.ts';
import { sampleVersion, servicingStack } from './sampleStore.ts';
import { storeHives } from './storeHives.ts';
import type { SyntheticComponent } from './syntheticImage.ts';

/** How large it is to be. */
export interface LargeStoreSize {
  readonly components: number;
  /** Payload files, one in each of the first components. */
  readonly files: number;
  readonly bytesPerFile: number;
  /**
   * Also files in the manifests of the components without payload, as many as in those of Windows: of none to 20 in most, up to
   * thousands in a few. Their payload counts as removed.
   */
  readonly listsFiles?: boolean;
}

/** What was written. */
export interface LargeStore {
  readonly folder: string;
  /** Absolute paths of all manifests and payload files of the store. */
  readonly paths: readonly string[];
  readonly payloadPaths: readonly string[];
  /** Of all manifests, expanded. */
  readonly manifestBytes: number;
}

/** How many files the manifest of a component lists. */
function listedFiles(index: number): number {
  if (index % 9000 === 5) { return 5000; }
  return index % 100 === 7 ? 200 : index % 13;
}

function specOf(index: number, size: LargeStoreSize): ComponentSpec {
  const name = `DismTs-Load-${String(index).padStart(5, '0')}`;
  const files = index < size.files
    ? [{ name: `load${index}.dll`, data: pseudoRandom(size.bytesPerFile, index + 1), destination: '$(runtime.system32)' }]
    : size.listsFiles === true
      ? Array.from({ length: listedFiles(index) }, (_, file) => ({ name: `load${index}-${file}.dll`, data: Buffer.of(index, index >>> 8, file, file >>> 8), destination: '$(runtime.system32)' }))
      : [];
  return {
    identity: { name, version: sampleVersion, publicKeyToken: '31bf3856ad364e35', processorArchitecture: 'amd64', versionScope: 'nonSxS' }, files,
    ...index < size.files ? {} : { isPayloadRemoved: true, flags: 0x40 },
  };
}

/** Writes the store; each component is made and forgotten, so that any size fits into memory. */
export function writeLargeStore(folder: string, size: LargeStoreSize): LargeStore {
  const base = baseManifestText();
  const store = join(folder, 'Windows/WinSxS');
  const system32 = join(folder, 'Windows/System32');
  for (const path of [join(store, 'Manifests'), join(store, 'Catalogs'), join(system32, 'config'), join(folder, 'Windows/servicing/Packages')]) {
    mkdirSync(path, { recursive: true });
  }
  const components: SyntheticComponent[] = [];
  const paths: string[] = [];
  const payloadPaths: string[] = [];
  let manifestBytes = 0;
  const specs = [servicingStack(writeWcp(base)), ...Array.from({ length: size.components }, (_, index) => specOf(index, size))];
  for (const spec of specs) {
    const key = keyform(spec.identity);
    const manifest = manifestText(spec);
    const path = join(store, 'Manifests', `${key}.manifest`);
    writeFileSync(path, encodeDcm(manifest, base));
    paths.push(path);
    manifestBytes += manifest.length;
    for (const file of spec.isPayloadRemoved === true ? [] : spec.files ?? []) {
      mkdirSync(join(store, key), { recursive: true });
      const payload = join(store, key, file.name);
      writeFileSync(payload, file.data);
      if (file.destination !== undefined) { linkSync(payload, join(system32, file.name)); }
      paths.push(payload);
      payloadPaths.push(payload);
    }
    // The payload is not kept: the hives want the names only.
    const files = (spec.files ?? []).map(({ name }) => ({ name, data: Buffer.alloc(0) }));
    components.push({ spec: { ...spec, files }, keyform: key, manifestPath: path, manifest, files: [], deployments: [] });
  }
  for (const [name, data] of Object.entries(storeHives(components, []))) { writeFileSync(join(system32, 'config', name), data); }
  return { folder, paths, payloadPaths, manifestBytes };
}
