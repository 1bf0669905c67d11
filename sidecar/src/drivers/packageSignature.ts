/** Whether the files of a driver package are those that its catalog vouches for, and who signed that. */
import { memberHashes } from '../componentStore/catalog.ts';
import { catalogSigner } from '../componentStore/catalogSigner.ts';
import { Hresult } from '../hresult.ts';
import { DismError } from '../errors.ts';
import { fileDigests } from './fileDigests.ts';

/** What is known of a package's signature. */
export interface PackageSignature {
  /** The catalog is signed, its list was not changed since, and all files are in it. Whether the signer can be trusted only Windows knows. */
  readonly isSigned: boolean;
  /** Who signed; empty: nobody. */
  readonly signer: string;
  /** Why it counts as unsigned; undefined where it is signed. */
  readonly trouble: DismError | undefined;
}

/** SetupAPI's scores of signers. */
const [whqlScore, otherScore, unsignedScore] = [0x0d000005, 0x0f000000, 0x80000000];
const whqlSigner = 'Microsoft Windows Hardware Compatibility Publisher';

/** SignerScore of a package: Windows takes the better one of two drivers that fit a device. */
export function signerScore({ isSigned, signer }: PackageSignature): number {
  return !isSigned ? unsignedScore : signer === whqlSigner ? whqlScore : otherScore;
}

/**
 * Checks a package.
 * @param catalog Name of the catalog that the INF file names, and its bytes; undefined where it names none, or the file is not there.
 * @param files What has to be in the catalog, by path.
 */
export function checkSignature(
  infName: string, catalog: { readonly name: string; readonly data: Buffer | undefined } | undefined, files: ReadonlyMap<string, Buffer>,
): PackageSignature {
  const unsigned = (code: number, reason: string, signer = ''): PackageSignature => ({
    isSigned: false, signer,
    trouble: new DismError(code, `The driver "${infName}" is not signed: ${reason}`, {
      target: infName, hint: 'Get the package again from its maker, or add it all the same with -ForceUnsigned; Windows with secure boot does not load unsigned drivers.',
    }),
  });
  if (catalog === undefined) { return unsigned(Hresult.SPAPI_E_NO_CATALOG_FOR_OEM_INF, 'its INF file names no catalog'); }
  const { name, data } = catalog;
  if (data === undefined) { return unsigned(Hresult.SPAPI_E_NO_CATALOG_FOR_OEM_INF, `its catalog "${name}" is not there`); }
  const members = memberHashes(data);
  if (members === undefined) { return unsigned(Hresult.SPAPI_E_NO_CATALOG_FOR_OEM_INF, `"${name}" is no catalog, or damaged`); }
  const signer = catalogSigner(data);
  if (signer === undefined) { return unsigned(Hresult.SPAPI_E_AUTHENTICODE_TRUST_NOT_ESTABLISHED, `nobody has signed its catalog "${name}"`); }
  if (!signer.isIntact) {
    return unsigned(Hresult.SPAPI_E_AUTHENTICODE_TRUST_NOT_ESTABLISHED, `the signature of its catalog "${name}" is not that of "${signer.name}", or the catalog was changed`, signer.name);
  }
  const missing = [...files].filter(([, file]) => !fileDigests(file).some((digest) => members.has(digest))).map(([path]) => path);
  if (missing.length > 0) {
    return unsigned(Hresult.SPAPI_E_FILE_HASH_NOT_IN_CATALOG, `its catalog "${name}" does not have ${missing.slice(0, 3).map((path) => `"${path}"`).join(', ')}${
      missing.length > 3 ? ` and ${missing.length - 3} other files` : ''}`, signer.name);
  }
  return { isSigned: true, signer: signer.name, trouble: undefined };
}
