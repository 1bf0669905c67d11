/** Processor architectures, which Windows writes as names and as numbers. */

/** PROCESSOR_ARCHITECTURE_*, by the name in the registry and in names of driver packages. */
const architectures: Readonly<Partial<Record<string, number>>> = { x86: 0, arm: 5, ia64: 6, amd64: 9, arm64: 12 };

/** Number of an architecture; null where the name is none. */
export function architectureNumber(name: string | undefined): number | null {
  return architectures[name?.toLowerCase() ?? ''] ?? null;
}
