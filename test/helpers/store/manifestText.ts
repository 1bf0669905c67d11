/** Describes components for a synthetic store, and spells their manifests. */
import { createHash } from 'node:crypto';
import type { ComponentIdentity } from '../../../sidecar/src/componentStore/identity.ts';

/** How a payload file is kept in the store. */
export type PayloadForm = 'plain' | 'DCS' | 'DCN' | 'DCH';

/** A file of a component. */
export interface FileSpec {
  readonly name: string;
  readonly data: Buffer;
  /** Folder with a macro, such as `$(runtime.system32)\de`; none: the file lives in the store alone. */
  readonly destination?: string;
  /** Name at the destination; default: `name`. */
  readonly destinationName?: string;
  /** Name in the store; default: `name`. */
  readonly sourceName?: string;
  /** Folder in the store, as the manifest spells it, such as `.\` or `data\`. */
  readonly sourcePath?: string;
  /** Further destinations, whole paths with macros. */
  readonly links?: readonly string[];
  readonly algorithm?: 'sha256' | 'sha1';
  readonly form?: PayloadForm;
  /** The file may be changed where it is used. */
  readonly isWriteable?: boolean;
  /** What is at its destinations, where that is no other name of the store's file: other bytes, or nothing. */
  readonly inUse?: Buffer | 'nothing';
  /** Files beside it in `f`, `r` and `n`: the patch without its checksum. */
  readonly differentials?: Readonly<Partial<Record<'f' | 'r' | 'n', Buffer>>>;
  /** The file itself is not there, only its differentials. */
  readonly isDifferentialOnly?: boolean;
}

/** A component. */
export interface ComponentSpec {
  readonly identity: ComponentIdentity;
  readonly files?: readonly FileSpec[];
  /** How the manifest is kept; default `DCM`. */
  readonly manifestForm?: 'DCM' | 'DCM in blocks' | 'plain';
  /** The value `CF`. */
  readonly flags?: number;
  /** The payload was removed on purpose. */
  readonly isPayloadRemoved?: boolean;
  /** Its destinations belong to another version, or to none; default false. */
  readonly isNotProjected?: boolean;
  /** What it needs; makes it a deployment. */
  readonly dependencies?: readonly ComponentIdentity[];
}

/** Text as content or attribute of XML. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The `assemblyIdentity` element of an identity. */
export function identityElement(identity: ComponentIdentity): string {
  const attributes: [string, string | undefined][] = [
    ['name', identity.name], ['version', identity.version], ['processorArchitecture', identity.processorArchitecture],
    ['language', identity.culture ?? 'neutral'], ['buildType', 'release'], ['publicKeyToken', identity.publicKeyToken],
    ['type', identity.type], ['versionScope', identity.versionScope],
  ];
  return `<assemblyIdentity ${attributes.flatMap(([name, value]) => value === undefined ? [] : [`${name}="${xmlText(value)}"`]).join(' ')} />`;
}

/** The identity as the registry keeps it. */
export function identityText(identity: ComponentIdentity): string {
  return [
    identity.name, `Culture=${identity.culture ?? 'neutral'}`, ...identity.type === undefined ? [] : [`Type=${identity.type}`],
    `Version=${identity.version}`, `PublicKeyToken=${identity.publicKeyToken ?? ''}`, `ProcessorArchitecture=${identity.processorArchitecture ?? ''}`,
    ...identity.versionScope === undefined ? [] : [`versionScope=${identity.versionScope}`],
  ].join(', ');
}

/** Opens an XML file of the kind that all here are. */
export const xmlHead = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n';

function fileElement(file: FileSpec): string {
  const algorithm = file.algorithm ?? 'sha256';
  const attributes: [string, string | undefined][] = [
    ['name', file.name], ['destinationPath', file.destination === undefined ? undefined : `${file.destination}\\`], ['destinationName', file.destinationName],
    ['sourceName', file.sourceName ?? ''], ['sourcePath', file.sourcePath ?? '.\\'], ['importPath', '$(build.nttree)\\'],
    ['writeableType', file.isWriteable === true ? 'mutable' : undefined],
  ];
  return `  <file ${attributes.flatMap(([name, value]) => value === undefined ? [] : [`${name}="${xmlText(value)}"`]).join(' ')}>\r\n`
    + (file.links ?? []).map((link) => `    <link destination="${xmlText(link)}" />\r\n`).join('')
    + '    <securityDescriptor name="WRP_FILE_DEFAULT_SDDL" />\r\n'
    + '    <asmv2:hash xmlns:asmv2="urn:schemas-microsoft-com:asm.v2" xmlns:dsig="http://www.w3.org/2000/09/xmldsig#">\r\n'
    + '      <dsig:Transforms>\r\n        <dsig:Transform Algorithm="urn:schemas-microsoft-com:HashTransforms.Identity" />\r\n      </dsig:Transforms>\r\n'
    + `      <dsig:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#${algorithm}" />\r\n`
    + `      <dsig:DigestValue>${createHash(algorithm).update(file.data).digest('base64')}</dsig:DigestValue>\r\n`
    + '    </asmv2:hash>\r\n  </file>\r\n';
}

/** The manifest of a component. */
export function manifestText(component: ComponentSpec): Buffer {
  const dependencies = component.dependencies?.map((identity) => '  <dependency discoverable="no" resourceType="resources">\r\n'
    + `    <dependentAssembly dependencyType="install">\r\n      ${identityElement(identity)}\r\n    </dependentAssembly>\r\n  </dependency>\r\n`);
  return Buffer.from(`${xmlHead}<assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0" copyright="The authors of DismTs">\r\n`
    + `  ${identityElement(component.identity)}\r\n${dependencies === undefined ? '' : '  <deployment />\r\n'}`
    + `${dependencies?.join('') ?? ''}${(component.files ?? []).map(fileElement).join('')}</assembly>`, 'utf8');
}

/** What manifests have in common, which their deltas refer to. */
export function baseManifestText(): Buffer {
  const sample: ComponentSpec = {
    identity: { name: 'DismTs-Base', version: '10.0.99999.1', processorArchitecture: 'amd64', publicKeyToken: '31bf3856ad364e35', versionScope: 'nonSxS' },
    dependencies: [{ name: 'DismTs-Base-Part', version: '10.0.99999.1', processorArchitecture: 'wow64', publicKeyToken: '31bf3856ad364e35', versionScope: 'nonSxS' }],
    files: ['system32', 'drivers', 'inf', 'fonts', 'help', 'wbem', 'programFiles'].map((macro) => ({
      name: `${macro}.dll`, data: Buffer.from(macro), destination: `$(runtime.${macro})`, links: [`$(runtime.windows)\\${macro}.dll`],
    })),
  };
  return manifestText(sample);
}
