/** appx/get and appx/remove on the portable engine. */
import type { getAppxProvisionedPackages as getMethod, removeAppxProvisionedPackage as removeMethod } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import type { OperationContext } from '../../../operationContext.ts';
import { parseAppName } from '../../../servicing/appNames.ts';
import { hasWildcard, wildcardMatcher } from '../../../wildcard.ts';
import { listProvisionedApps, removeProvisionedApps } from '../../../servicing/provisionedApps.ts';
import { guarded } from '../../../systemErrors.ts';
import { imageResult } from '../mounting/mountOperation.ts';
import { requireOffline, withChangeableImage, withReadableImage } from './offlineImage.ts';

/** The apps that every new user gets. */
export async function getAppxProvisionedPackages(
  params: z.output<typeof getMethod.params>, context: OperationContext,
): Promise<z.input<typeof getMethod.result>> {
  const what = 'Cannot read the provisioned apps';
  const image = requireOffline(params, what);
  return await guarded(`${what} of "${image.path}"`, image.path, context, async () =>
    await withReadableImage(image, context, async (files, windows, warnings) => {
      const packages = await listProvisionedApps(files, windows, (text) => { warnings.push(text); });
      return { ...imageResult(image.path, context, warnings), winPath: windows, packages };
    }));
}

/** Removes apps, which is no error where there are none. */
export async function removeAppxProvisionedPackage(
  params: z.output<typeof removeMethod.params>, context: OperationContext,
): Promise<z.input<typeof removeMethod.result>> {
  const { packageName, displayName = '', validateOnly } = params;
  const asked = packageName ?? displayName;
  const what = `Cannot remove the app "${asked}"`;
  const target = requireOffline(params, what);
  if (packageName !== undefined && parseAppName(packageName) === undefined) {
    // An app that is not there is no error, so that the name of something else would pass for the name of an app that is gone.
    throw new DismError(Hresult.E_INVALIDARG, `${what}: this is no whole name of a package, such as "Sample.App_1.2.3.4_x64__8wekyb3d8bbwe"`, {
      target: packageName, hint: 'Give the PackageName that Get-DismTsAppxProvisionedPackage lists, or remove by name: Remove-DismTsAppxProvisionedPackage -DisplayName.',
    });
  }
  return await guarded(what, target.path, context, async () =>
    await withChangeableImage(target, what, context, async ({ files, windows }) => {
      const warnings = params.allUsers === true ? ['-AllUsers makes no difference: an image that was never started has no users with apps'] : [];
      const isExact = packageName !== undefined || !hasWildcard(displayName);
      const wanted = packageName === undefined ? wildcardMatcher(displayName) : (): boolean => false;
      const { changed, packages } = await removeProvisionedApps(files, { packageName, isWanted: wanted, asked, isExact }, {
        windows, signal: context.signal, validateOnly, warn: (text) => { warnings.push(text); },
      });
      for (const name of packages) { context.log.info(`${validateOnly === true ? 'Would be removed' : 'Removed'}: ${name}`); }
      for (const warning of warnings) { context.log.warning(warning); }
      return { ...imageResult(target.path, context, warnings), winPath: windows, changed, removedPackages: [...packages] };
    }));
}
