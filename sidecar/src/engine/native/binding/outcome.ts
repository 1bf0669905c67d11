/** What an HRESULT of the DISM API means: which of its kinds of success, cancelled, or failed. */

/** What a call says beside its results. */
export interface CallOutcome {
  /** Unsigned, not a failure: bit 31 is clear, or it is 3010 or 3011 behind 0x8007. */
  readonly hresult: number;
  /** A restart of Windows, or of the service concerned, completes the change. */
  readonly restartNeeded: boolean;
  /** The servicing stack in the image was replaced: the session has to be closed and opened again before the next call on it. */
  readonly reloadSession: boolean;
}

/** A call's outcome and results. */
export interface CallResult<T> extends CallOutcome {
  readonly value: T;
}

/** 1223 and 1235, bare or as HRESULT; CBS_E_CANCEL and CBS_E_ABORT; E_ABORT. The bare ones would pass for success. */
const cancelledCodes: ReadonlySet<number> = new Set([0x800704C7, 0x800704D3, 0x000004C7, 0x000004D3, 0x800F0820, 0x800F0821, 0x80004004]);

/** 3010 and 3011; the API returns them bare, and a defensive reader takes them wrapped, too. */
const restartCodes: ReadonlySet<number> = new Set([0x00000BC2, 0x00000BC3, 0x80070BC2, 0x80070BC3]);

/** Sorts an HRESULT, signed or unsigned. `ofSession`: it comes from a function on a session, the only ones where 1 means to reload. */
export function classify(result: number, ofSession: boolean): CallOutcome | 'cancelled' | 'failed' {
  const hresult = result >>> 0;
  if (cancelledCodes.has(hresult)) { return 'cancelled'; }
  const restartNeeded = restartCodes.has(hresult);
  return hresult < 0x80000000 || restartNeeded
    ? { hresult, restartNeeded, reloadSession: ofSession && hresult === 1 }
    : 'failed';
}
