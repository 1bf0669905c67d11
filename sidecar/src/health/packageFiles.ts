/** Judges the two files of a package by each other and by its name. */
import { memberHashes } from '../componentStore/catalog.ts';
import { packageName } from '../componentStore/identity.ts';
import { parseMum } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import { digestOf } from '../imageFiles/digest.ts';

/** Why a .mum is not the one of a package; undefined where it is. */
export function mumDamage(mum: Buffer, identity: string): string | undefined {
  try {
    const declared = packageName(parseMum(mum).identity);
    return declared.toLowerCase() === identity.toLowerCase() ? undefined : `it is that of "${declared}"`;
  } catch (error) {
    if (error instanceof DismError) { return `it cannot be read: ${error.message}`; }
    throw error;
  }
}

/** Whether a catalog lists the digest of a file; undefined where it lists nothing that can be read. */
export async function isVouchedFor(data: Buffer, catalog: Buffer): Promise<boolean | undefined> {
  const members = memberHashes(catalog);
  if (members === undefined || members.size === 0) { return undefined; }
  return members.has(await digestOf(data, 'sha256')) || members.has(await digestOf(data, 'sha1'));
}
