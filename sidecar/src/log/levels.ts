/** How much a log holds, by level. */
import type { LogLevel } from '@dismts/protocol';

/** A log of one level holds the lines of all levels that rank as high or lower. */
export const levelRanks = { Errors: 0, Warnings: 1, WarningsInfo: 2, Debug: 3 } as const satisfies Record<LogLevel, number>;
