/** What is inside an executable, as CycloneDX: Node.js, koffi and the packages that are bundled, at the versions of the lockfile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';
import { version } from './versions.ts';

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** Packages whose code or binary goes into an executable. */
const contained = /^(?:sidecar\/)?node_modules\/(koffi|@koromix\/koffi-(?:linux|win32)-[a-z0-9]+|node-(?:linux|win)-[a-z0-9]+|vscode-jsonrpc|zod|commander)$/;

/** The bill of materials. */
export function materials(): object {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> };
  const components = Object.entries(lock.packages).flatMap(([path, entry]) => {
    const name = contained.exec(path)?.[1];
    // The build has a commander of its own, an older one, which stays outside.
    if (name === undefined || (name === 'commander' && !path.startsWith('sidecar/'))) { return []; }
    return [{
      type: name.startsWith('node-') ? 'platform' : 'library', name, version: entry.version, purl: `pkg:npm/${name.replace('@', '%40')}@${entry.version}`,
      ...entry.license === undefined ? {} : { licenses: [{ license: { id: entry.license } }] },
      ...entry.integrity === undefined ? {} : { hashes: [{ alg: 'SHA-512', content: Buffer.from(entry.integrity.replace('sha512-', ''), 'base64').toString('hex') }] },
    }];
  });
  return {
    bomFormat: 'CycloneDX', specVersion: '1.5', version: 1,
    metadata: { component: { type: 'application', name: 'DismTs', version, licenses: [{ license: { id: 'MIT' } }] } },
    components,
  };
}
