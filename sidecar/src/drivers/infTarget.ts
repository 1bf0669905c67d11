/** For which Windows a section of an INF file is meant: its decoration, such as `NTamd64.10.0...22621`. */

/** Architectures as INF files and names of driver packages spell them, and their PROCESSOR_ARCHITECTURE_* number. */
export const infArchitectures = { x86: 0, arm: 5, ia64: 6, amd64: 9, arm64: 12 } as const;
export type InfArchitecture = keyof typeof infArchitectures;

/** The Windows that drivers are for. */
export interface InfTarget {
  readonly architecture: InfArchitecture;
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  /** 1 workstation, 2 domain controller, 3 server. */
  readonly productType: number;
}

/** What a decoration asks for; undefined where it does not say. */
export interface Decoration {
  readonly architecture: InfArchitecture | undefined;
  readonly major: number;
  readonly minor: number;
  readonly build: number;
  readonly productType: number | undefined;
  readonly suiteMask: number | undefined;
}

/** `NT`, an architecture, then OS version, product type, suite mask and build, each of which may be left out. */
const pattern = /^nt(x86|ia64|amd64|arm64|arm)?(?:\.([0-9a-fx]*))?(?:\.([0-9a-fx]*))?(?:\.([0-9a-fx]*))?(?:\.([0-9a-fx]*))?(?:\.([0-9a-fx]*))?$/i;

/** Reads a decoration, without the dot that joins it to a name; undefined for what is none, also for that of Windows 95. */
export function parseDecoration(text: string): Decoration | undefined {
  const match = pattern.exec(text.trim());
  if (match === null) { return undefined; }
  const [, architecture, major, minor, productType, suiteMask, build] = match;
  const number = (part: string | undefined) => (part === undefined || part === '' ? undefined : Number(part));
  const numbers = [major, minor, productType, suiteMask, build].map(number);
  if (numbers.some((value) => Number.isNaN(value))) { return undefined; }
  return {
    architecture: architecture?.toLowerCase() as InfArchitecture | undefined,
    major: numbers[0] ?? 0, minor: numbers[1] ?? 0, productType: numbers[2], suiteMask: numbers[3], build: numbers[4] ?? 0,
  };
}

/** Whether a Windows is what a decoration asks for, or newer. Without an architecture it means x86, the only one when that was allowed. */
function fits(decoration: Decoration, target: InfTarget): boolean {
  if ((decoration.architecture ?? 'x86') !== target.architecture) { return false; }
  if (decoration.productType !== undefined && decoration.productType !== 0 && decoration.productType !== target.productType) { return false; }
  // Suites are editions such as "embedded" or "data center", of which an image does not tell; a section for one of them only is passed over.
  if (decoration.suiteMask !== undefined && decoration.suiteMask !== 0) { return false; }
  return compareVersions(decoration, target) <= 0;
}

/** Compares versions of Windows. */
function compareVersions(a: Pick<Decoration, 'major' | 'minor' | 'build'>, b: Pick<Decoration, 'major' | 'minor' | 'build'>): number {
  return a.major - b.major || a.minor - b.minor || a.build - b.build;
}

/**
 * The decoration that is nearest to a Windows and not above it; undefined where none fits.
 * @param texts Decorations; an empty one stands for the name without a decoration.
 */
export function chooseDecoration(texts: readonly string[], target: InfTarget): string | undefined {
  const fitting = texts.flatMap((text) => {
    const decoration = text === '' ? plain : parseDecoration(text);
    return decoration !== undefined && fits(decoration, target) ? [{ text, decoration }] : [];
  });
  fitting.sort((a, b) => compareVersions(b.decoration, a.decoration)
    || Number(b.decoration.productType !== undefined) - Number(a.decoration.productType !== undefined)
    || Number(b.decoration.architecture !== undefined) - Number(a.decoration.architecture !== undefined)
    || b.text.length - a.text.length);
  return fitting[0]?.text;
}

const plain: Decoration = { architecture: undefined, major: 0, minor: 0, build: 0, productType: undefined, suiteMask: undefined };

/** What a name may be followed by in names of sections and keys that depend on the architecture only, best first. */
export function platformSuffixes(architecture: InfArchitecture): readonly string[] {
  return [`.nt${architecture}`, '.nt', ''];
}
