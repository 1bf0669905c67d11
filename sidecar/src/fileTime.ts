/** FILETIME: 100 ns since 1601-01-01 UTC, as Windows and WIM files have times (minwinbase.h). */

const ticksPerSecond = 10_000_000n;
/** From 1601 to 1970. */
const epochSeconds = 11_644_473_600n;
/** The last of the year 9999: later dates do not exist in .NET. */
const lastFileTime = 2_650_467_743_999_999_999n;

/** The FILETIME of a time in nanoseconds since 1970; times before 1601 become 1601. */
export function toFileTime(nanoseconds: bigint): bigint {
  const ticks = nanoseconds / 100n + epochSeconds * ticksPerSecond;
  return ticks < 0n ? 0n : ticks;
}

/** ISO 8601 time, to the millisecond; undefined for 0, which means "none", and for times that no calendar of .NET has. */
export function fileTimeToIso(fileTime: bigint): string | undefined {
  return fileTime <= 0n || fileTime > lastFileTime
    ? undefined
    : new Date(Number(fileTime / 10_000n - epochSeconds * 1000n)).toISOString();
}
