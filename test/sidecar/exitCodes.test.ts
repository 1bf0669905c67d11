/** The table of exit codes. */
import { describe, expect, test } from 'vitest';
import { exitCode, exitCodes, outcomeOfFailure, outcomeOfResult, type Outcome } from '../../sidecar/src/exitCodes.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';

describe('exitCodes', () => {
  test('fit into a byte where there is no Windows, and stay clear of what a shell means by its own', () => {
    for (const outcome of Object.keys(exitCodes) as Outcome[]) {
      expect(exitCode(outcome, 'linux')).toBeLessThanOrEqual(130);
      expect([126, 127, 128]).not.toContain(exitCode(outcome, 'linux'));
    }
  });

  test('differ for what differs', () => {
    const numbers = Object.values(exitCodes).map(({ windows }) => windows);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('outcomeOfFailure()', () => {
  test.for([
    Hresult.WIM_E_ALREADY_MOUNTED_READWRITE, Hresult.WIM_E_MOUNT_DIR_IN_USE, Hresult.ERROR_SHARING_VIOLATION, Hresult.ERROR_LOCK_VIOLATION,
    Hresult.DISM_E_IMAGE_BUSY, Hresult.DISMAPI_E_BUSY, Hresult.WIM_E_UNMOUNT_INCOMPLETE,
  ])('is busy for %i, signed too', (code) => {
    expect(outcomeOfFailure({ nativeCode: code })).toBe('busy');
    expect(outcomeOfFailure({ nativeCode: code | 0 })).toBe('busy');
  });

  test('is a failure for what waiting does not mend', () => {
    for (const code of [Hresult.ERROR_ALREADY_EXISTS, Hresult.ERROR_DISK_FULL, Hresult.E_ACCESSDENIED, Hresult.WIM_E_TARGET_DIRECTORY_EXISTS]) {
      expect(outcomeOfFailure({ nativeCode: code })).toBe('failed');
    }
  });
});

test('outcomeOfResult() tells damage from a repair that failed, and both from a restart', () => {
  const failure = { message: 'x', data: { nativeCode: Hresult.CBS_E_SOURCE_MISSING | 0 } };
  expect(outcomeOfResult({ imageHealthState: 'Healthy', restartNeeded: false, failure: null })).toBe('done');
  expect(outcomeOfResult({ imageHealthState: 'Repairable', restartNeeded: true, failure: null })).toBe('damaged');
  expect(outcomeOfResult({ imageHealthState: 'Repairable', failure })).toBe('failed');
  expect(outcomeOfResult({ imageHealthState: 'Healthy', restartNeeded: true })).toBe('restart');
  expect(outcomeOfResult(null)).toBe('done');
});
