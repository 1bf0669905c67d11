/** log/get: reads a log file for the client. */
import type { getLog as declaration } from '@dismts/protocol';
import type { z } from 'zod';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { defaultLogDirectory, latestLog } from '../log/logFolder.ts';
import { guarded } from '../systemErrors.ts';
import { levelRanks } from '../log/levels.ts';
import { LogReader } from '../log/reader.ts';

/** By the words that lines have; other ones count as Info. */
const entryRanks: ReadonlyMap<string, number> = new Map([['Error', levelRanks.Errors], ['Warning', levelRanks.Warnings], ['Debug', levelRanks.Debug]]);

/** @throws DismError ERROR_FILE_NOT_FOUND: there is no log. */
function requireLatest(): string {
  const directory = defaultLogDirectory();
  const latest = latestLog(directory);
  if (latest === undefined) {
    throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `Cannot tell which log is meant: there is none in "${directory}"`, {
      target: directory, hint: 'Name the log with -LogPath; operations that only look write none unless something is wrong.',
    });
  }
  return latest;
}

/**
 * The entries of a log file, and what the user should know about those that are missing.
 * @throws DismError: the file does not exist or cannot be read; CancelledError.
 */
export async function getLog(params: z.output<typeof declaration.params>, signal: AbortSignal): Promise<z.input<typeof declaration.result>> {
  const { lastOperation, level, last } = params;
  const logPath = params.logPath ?? requireLatest();
  return await guarded(`Cannot read the log file "${logPath}"`, logPath, { operation: 'log/get', signal }, async () => {
    const reader = new LogReader(signal);
    try {
      const entries = await reader.read(logPath, lastOperation);
      const wanted = entries.filter((entry) => (entryRanks.get(entry.level) ?? levelRanks.WarningsInfo) <= levelRanks[level]);
      return { entries: reader.withinAnswer(wanted.slice(-last)), warnings: [...reader.warnings] };
    } finally {
      await reader.close();
    }
  });
}
