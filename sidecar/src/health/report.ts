/** Writes the summary of a scan or restore to the operation's log, under the headings that users of CBS.log search for. */
import type { CountedHealthResult } from '@dismts/protocol';
import type { OperationLog } from '../operationContext.ts';

export function writeReport(log: OperationLog, operation: 'Detect only' | 'Detect and Repair', result: CountedHealthResult, elapsedMs: number): void {
  const { counts } = result;
  log.info('=================================');
  log.info('Checking System Update Readiness (DismTs, portable).');
  for (const row of result.findings) {
    const mark = row.state === 'Repaired' ? '(w)\t(Fixed)' : row.state === 'Noted' || row.state === 'NotChecked' ? `(-)\t(${row.state})` : '(n)';
    const item = row.file === '' ? row.component : `${row.component}\\${row.file.replaceAll('/', '\\')}`;
    log.info(`(p)\t${row.class}\t${mark}\t${item}\t${row.reason}`);
  }
  const summary: readonly (readonly [string, string | number])[] = [
    ['Operation', operation],
    ['Operation result', result.imageHealthState],
    ['Total Detected Corruption', counts.totalDetected],
    ['\tCBS Manifest Corruption', counts.cbsManifest],
    ['\tCBS Metadata Corruption', counts.cbsMetadata],
    ['\tCSI Manifest Corruption', counts.csiManifest],
    ['\tCSI Metadata Corruption', counts.csiMetadata],
    ['\tCSI Payload Corruption', counts.csiPayload],
    ['Total Repaired Corruption', counts.totalRepaired],
    ['\tCBS Manifest Repaired', counts.cbsManifestRepaired],
    ['\tCSI Manifest Repaired', counts.csiManifestRepaired],
    ['\tCSI Payload Repaired', counts.csiPayloadRepaired],
    ['Not checked', counts.notChecked],
    ['Total Operation Time', `${(elapsedMs / 1000).toFixed(1)} seconds`],
  ];
  log.info('Summary:');
  for (const [heading, value] of summary) { log.info(`${heading}:\t${value}`); }
}
