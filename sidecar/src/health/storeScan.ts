/** What a scan of a component store learns, and what it is limited to. */
import type { Manifest, ManifestFile } from '../componentStore/manifest.ts';
import { Findings } from './findings.ts';
import type { StoreComponent } from './storeIndex.ts';

/** A component whose manifest is what the hive recorded. */
export interface VerifiedComponent {
  readonly component: StoreComponent;
  readonly manifest: Manifest;
}

/** What a restore needs to know of a damaged payload file. */
export interface BrokenFile {
  readonly component: VerifiedComponent;
  readonly file: ManifestFile;
}

/** One of several names of a file. */
export interface FileName {
  readonly path: string;
  /** Digest in hex that the file of this name should have. */
  readonly wantedDigest: string | undefined;
}

/** What a scan learned, for the report and for a restore. */
export interface StoreScan {
  readonly findings: Findings;
  readonly verified: Map<string, VerifiedComponent>;
  readonly brokenManifests: StoreComponent[];
  /** Components whose compressed manifest cannot be told from one that the base manifest fails. */
  readonly unjudgedManifests: StoreComponent[];
  readonly brokenFiles: BrokenFile[];
  readonly brokenProjections: { readonly broken: BrokenFile; readonly path: string }[];
  readonly brokenCatalogs: string[];
  readonly brokenPackages: string[];
  /** The base manifest of the image is lost or bad: what its manifests are cannot be told before it is mended. */
  isBaseInDoubt: boolean;
  /** Store files that have a digest, by digest in hex. */
  readonly goodFiles: Map<string, string>;
  /** Names in the store and at destinations of components that own these, of files that have several, by the file's id. */
  readonly namesById: Map<string, FileName[]>;
  /** Rules of destinations by which some file was found where it should be. */
  readonly provenRules: Set<string>;
}

/** Only these are scanned again after a repair; everything, where undefined. */
export interface ScanFilter {
  readonly components: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
  readonly catalogs: ReadonlySet<string>;
  /** Rules of destinations that the scan before has proved. */
  readonly provenRules: ReadonlySet<string>;
  /** What the scan before has found of the base manifest: a few manifests do not tell. */
  readonly isBaseInDoubt: boolean;
}

/** A scan that has found nothing yet. */
export function emptyScan(provenRules: Iterable<string> = []): StoreScan {
  return {
    findings: new Findings(), verified: new Map(), brokenManifests: [], unjudgedManifests: [], brokenFiles: [], brokenProjections: [],
    brokenCatalogs: [], brokenPackages: [], isBaseInDoubt: false, goodFiles: new Map(), namesById: new Map(),
    provenRules: new Set(provenRules),
  };
}

/** A scan with parts of it replaced by a newer one. */
export function mergeScans(old: StoreScan, newer: StoreScan): StoreScan {
  const isOld = ({ component }: BrokenFile): boolean => !newer.verified.has(component.component.keyform.toLowerCase());
  return {
    ...newer,
    brokenFiles: [...old.brokenFiles.filter(isOld), ...newer.brokenFiles],
    brokenProjections: [...old.brokenProjections.filter(({ broken }) => isOld(broken)), ...newer.brokenProjections],
    brokenPackages: [...new Set([...old.brokenPackages, ...newer.brokenPackages])],
    goodFiles: new Map([...old.goodFiles, ...newer.goodFiles]),
    namesById: new Map([...old.namesById, ...newer.namesById]),
    provenRules: new Set([...old.provenRules, ...newer.provenRules]),
  };
}
