/** Which components own the names under which the system uses their files. */
import { keyform } from '../componentStore/keyHash.ts';
import type { StoreIndex } from './storeIndex.ts';
import type { VerifiedComponent } from './storeScan.ts';

const known = new WeakMap<VerifiedComponent, boolean>();

/**
 * Whether the files at a component's destinations are its own: it is installed, and the winner of its family by the image's
 * own record. Those of a component that is only staged, or superseded, belong to another one or to nobody.
 */
export function ownsDestinations({ winners }: StoreIndex, verified: VerifiedComponent): boolean {
  const before = known.get(verified);
  if (before !== undefined) { return before; }
  const { component, manifest: { identity } } = verified;
  const owns = !component.isOnlyStaged && winners?.get(keyform(identity, { versionless: true }).toUpperCase()) === identity.version;
  known.set(verified, owns);
  return owns;
}
