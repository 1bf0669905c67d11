/** Spells the .mum file of a package. */
import type { ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';
import { identityElement, xmlHead, xmlText } from './manifestText.ts';
import { type PackageSpec, sampleComponents } from './sampleStore.ts';

/**
 * The text of a package's .mum file.
 * @param deployments - Of each update, in their order.
 */
export function packageText(spec: PackageSpec, deployments: readonly ComponentIdentity[]): Buffer {
  const parent = spec.parent === undefined ? '' : `    <parent buildCompare="EQ" integrate="${spec.parent.integrate}" disposition="detect">\r\n`
    + `      ${identityElement({ ...spec.identity, name: spec.parent.name })}\r\n    </parent>\r\n`;
  const capability = spec.capability === undefined ? '' : '    <declareCapability>\r\n      <capability>\r\n        '
    + `<capabilityIdentity name="${spec.capability.name}" version="${spec.capability.version}" language="neutral" />\r\n      </capability>\r\n    </declareCapability>\r\n`;
  const updates = spec.updates.map((update, index) => {
    const deployment = deployments[index];
    const display = update.feature === undefined ? '' : ` displayName="${xmlText(update.feature)}" description="${xmlText(update.feature)}, described"`;
    return `    <update name="${xmlText(update.name)}"${display}>\r\n`
      + (update.feature === undefined ? '' : '      <selectable disposition="staged">\r\n        <detectNone default="true" />\r\n      </selectable>\r\n')
      + (deployment === undefined ? '' : `      <component>\r\n        ${identityElement(deployment)}\r\n      </component>\r\n`)
      + '    </update>\r\n';
  });
  return Buffer.from(`${xmlHead}<assembly xmlns="urn:schemas-microsoft-com:asm.v3" description="${xmlText(spec.description)}" displayName="${xmlText(spec.displayName)}" `
    + 'company="The authors of DismTs" copyright="The authors of DismTs" supportInformation="https://dismts.example/support" '
    + `creationTimeStamp="2026-01-01T00:00:00Z" lastUpdateTimeStamp="2026-01-02T00:00:00Z" manifestVersion="1.0">\r\n  ${identityElement(spec.identity)}\r\n`
    + `  <package identifier="${xmlText(spec.identity.name)}" releaseType="${xmlText(spec.releaseType)}" restart="${spec.restart ?? 'possible'}" permanence="removable">\r\n`
    + `${parent}${capability}${updates.join('')}  </package>\r\n</assembly>\r\n`, 'utf8');
}

/** The deployments of a package's updates: components that need those of the update. */
export function deploymentsOf(spec: PackageSpec): { readonly identity: ComponentIdentity; readonly dependencies: readonly ComponentIdentity[] }[] {
  return spec.updates.map((update) => ({
    identity: {
      name: `${spec.identity.name}-${update.name}-Deployment`, version: spec.identity.version, versionScope: 'nonSxS',
      processorArchitecture: spec.identity.processorArchitecture ?? 'amd64', publicKeyToken: spec.identity.publicKeyToken ?? '',
      ...spec.identity.culture === undefined ? {} : { culture: spec.identity.culture },
    },
    dependencies: update.components.map((component) => sampleComponents[component].identity),
  }));
}
