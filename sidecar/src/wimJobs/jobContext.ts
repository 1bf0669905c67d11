/** What a job works with, in its process. */
import type { ProgressPhase } from '@dismts/protocol';
import type { WimlibOperation } from '../wimlib/calls.ts';
import type { WimlibProgress } from '../wimlib/progress.ts';

/** Where a job says how far it is. It is not told to stop: its process is killed, and whoever started it removes what it wrote. */
export interface JobContext {
  /** The protocol's method name. */
  readonly operation: string;
  progress(phase: ProgressPhase, current: number, total: number, unit?: 'bytes'): void;
  /** A sentence for the user. */
  warn(text: string): void;
  /** Waits until whoever started the job consents to what it does next: has looked at all that may be wrong with it. */
  awaitConsent(): void;
}

/** A job: parameters and result are JSON. It frees nothing, as its process ends with it. */
export type WimJob = (params: never, context: JobContext) => Promise<unknown>;

/** What a progress message of libwim is to the user; undefined for those that say nothing new. */
function stepOf(progress: WimlibProgress): readonly [phase: ProgressPhase, current: number, total: number, unit?: 'bytes'] | undefined {
  switch (progress.kind) {
    case 'scanBegin': case 'scan': case 'scanEnd': return ['Scanning', progress.folders + progress.files, 0];
    case 'writeStreams': return ['Writing', Math.min(progress.completedBytes, progress.totalBytes), progress.totalBytes, 'bytes'];
    case 'verifyStreams': return ['Verifying', progress.completedBytes, progress.totalBytes, 'bytes'];
    case 'extractStreams': return ['Writing', progress.completedBytes, progress.totalBytes, 'bytes'];
    case 'extractStructure': return ['Creating files', progress.completedFiles, progress.totalFiles];
    case 'extractMetadata': return ['Setting metadata', progress.completedFiles, progress.totalFiles];
    case 'verifyIntegrity': return ['Verifying integrity', progress.completedBytes, progress.totalBytes, 'bytes'];
    case 'calcIntegrity': return ['Calculating integrity', progress.completedBytes, progress.totalBytes, 'bytes'];
    case 'splitPartBegin': case 'splitPartEnd': return ['Writing', progress.completedBytes, progress.totalBytes, 'bytes'];
    case 'writeMetadataBegin': return ['Writing metadata', 0, 0];
    case 'extractBegin': case 'verifyImage': case 'writeMetadataEnd': return undefined;
  }
}

/** For whatever libwim does: passes its progress on. On this thread: the process of a job has nothing else to do meanwhile, and to cancel it is to kill it. */
export function watching(context: JobContext): WimlibOperation {
  return {
    onThisThread: true,
    onProgress: (progress) => {
      const step = stepOf(progress);
      if (step !== undefined) { context.progress(...step); }
    },
  };
}
