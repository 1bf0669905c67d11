/** The packages of an image. */
import type { Caller, CallOptions } from './call.ts';
import { DismPackageIdentifier } from './constants.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome, CallResult } from './outcome.ts';
import { readMany, readOne } from './results.ts';
import type { DismSession } from './session.ts';
import {
  readPackageInfo, readPackageInfoEx, readPackages, type DismPackage, type DismPackageInfo, type DismPackageInfoEx,
} from './structs.ts';
import { quoted } from './text.ts';

const DismAddPackage = nativeFunction('DismAddPackage', `DismSession Session, PCWSTR PackagePath, BOOL IgnoreCheck, BOOL PreventPending, ${progressParameters}`);
const DismRemovePackage = nativeFunction('DismRemovePackage', `DismSession Session, PCWSTR Identifier, int PackageIdentifier, ${progressParameters}`);
const DismGetPackages = nativeFunction('DismGetPackages', 'DismSession Session, _Out_ DismPackage **Package, _Out_ UINT *Count');
const DismGetPackageInfo = nativeFunction('DismGetPackageInfo',
  'DismSession Session, PCWSTR Identifier, int PackageIdentifier, _Out_ DismPackageInfo **PackageInfo');
const DismGetPackageInfoEx = nativeFunction('DismGetPackageInfoEx',
  'DismSession Session, PCWSTR Identifier, int PackageIdentifier, _Out_ DismPackageInfoEx **PackageInfoEx');

/** A package by its full name in the image, or by its file: a .cab, or a folder that one was expanded to. */
export type PackageReference = { readonly name: string } | { readonly path: string };

/** Identifier and PackageIdentifier of a package; without one NULL and None, which stands for the image or its foundation package. */
export function packageArguments(reference: PackageReference | undefined): readonly [identifier: string | null, kind: number] {
  if (reference === undefined) { return [null, DismPackageIdentifier.None]; }
  return 'name' in reference ? [reference.name, DismPackageIdentifier.Name] : [reference.path, DismPackageIdentifier.Path];
}

/** What to add, and how. */
export interface AddPackageParams {
  /** A .cab or .msu file, or a folder with one expanded .cab. */
  readonly packagePath: string;
  /** Add it even where it is not applicable. */
  readonly ignoreCheck: boolean;
  /** Refuse where actions are pending, or would be. */
  readonly preventPending: boolean;
}

/** Functions on packages. */
export interface PackageFunctions {
  /**
   * Adds a package. Cancellable, with progress.
   * @throws DismError CBS_E_NOT_APPLICABLE, CBS_E_NEW_SERVICING_STACK_REQUIRED, CBS_E_NOT_ALLOWED_OFFLINE, CBS_E_INVALID_PACKAGE
   * @see dismapi.h DismAddPackage
   */
  addPackage(session: DismSession, params: AddPackageParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Removes a package. Cancellable, with progress.
   * @throws DismError CBS_E_CANNOT_UNINSTALL: it is permanent.
   * @throws DismError E_INVALIDARG: there is no such package.
   * @see dismapi.h DismRemovePackage
   */
  removePackage(session: DismSession, reference: PackageReference, options?: CallOptions): Promise<CallOutcome>;
  /**
   * All packages.
   * @see dismapi.h DismGetPackages
   */
  getPackages(session: DismSession): Promise<CallResult<DismPackage[]>>;
  /**
   * All about one package.
   * @throws DismError CBS_E_INVALID_PACKAGE, ERROR_FILE_NOT_FOUND
   * @see dismapi.h DismGetPackageInfo
   */
  getPackageInfo(session: DismSession, reference: PackageReference): Promise<CallResult<DismPackageInfo>>;
  /**
   * All about one package, and the capability that it is. Not in all versions: see DismApi.exports().
   * @throws DismError CBS_E_INVALID_PACKAGE, ERROR_FILE_NOT_FOUND
   * @see dismapi.h DismGetPackageInfoEx
   */
  getPackageInfoEx(session: DismSession, reference: PackageReference): Promise<CallResult<DismPackageInfoEx>>;
}

/** The functions of this group, on a caller. */
export function packageFunctions(caller: Caller): PackageFunctions {
  const named = (what: string, reference: PackageReference) => {
    const value = 'name' in reference ? reference.name : reference.path;
    return { action: `Cannot ${what} the package ${quoted(value)}`, target: value };
  };
  return {
    addPackage: (session, { packagePath, ignoreCheck, preventPending }, options) => caller.run({
      function: DismAddPackage, arguments: (trio) => [session, packagePath, Number(ignoreCheck), Number(preventPending), ...trio], options,
      ...named('add', { path: packagePath }),
    }),
    removePackage: (session, reference, options) => caller.run({
      function: DismRemovePackage, arguments: (trio) => [session, ...packageArguments(reference), ...trio], options, ...named('remove', reference),
    }),
    getPackages: (session) => readMany(caller, {
      function: DismGetPackages, inputs: [session], action: 'Cannot list the packages of the image',
    }, readPackages),
    getPackageInfo: (session, reference) => readOne(caller, {
      function: DismGetPackageInfo, inputs: [session, ...packageArguments(reference)], ...named('read', reference),
    }, readPackageInfo),
    getPackageInfoEx: (session, reference) => readOne(caller, {
      function: DismGetPackageInfoEx, inputs: [session, ...packageArguments(reference)], ...named('read', reference),
    }, readPackageInfoEx),
  };
}
