/** The names of deployments in the registry of a component store, which DismTs reads past. */
import type { ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { hashString, identityHash } from '../../../sidecar/src/componentStore/keyHash.ts';

/** The name of a deployment's key: `name_token_version_hash`, in lower case; a long name keeps its ends. */
export function deploymentKey(identity: ComponentIdentity): string {
  const name = identity.name.toLowerCase().replace(/[ ()]/g, '');
  const shown = name.length > 24 ? `${name.slice(0, 11)}..${name.slice(-11)}` : name;
  return [shown, identity.publicKeyToken?.toLowerCase() ?? 'none', identity.version, identityHash(identity)].join('_');
}

/**
 * The name of the value that says which update of which package planned (`p`), staged (`s`) or installed (`i`) a deployment.
 * @param packageIdentity As in the name of the package's key.
 */
export function deploymentValueName(kind: 'p' | 's' | 'i', packageIdentity: string, update: string): string {
  const text = `${packageIdentity}.${update}`.toLowerCase();
  return `${kind}!CBS_${text.slice(0, 60)}_${hashString(text).toString(16).padStart(16, '0')}`;
}
