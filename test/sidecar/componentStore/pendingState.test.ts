/** The signs that operations wait for the next start of an image. */
import { describe, expect, it } from 'vitest';
import { readPendingState } from '../../../sidecar/src/componentStore/pendingState.ts';
import { Hive } from '../../../sidecar/src/registry/hive.ts';
import { KeyBuilder, writeHive } from '../../helpers/store/hiveWriter.ts';

function pendingReasons(build: (servicing: KeyBuilder) => void, hasPendingXml = false): readonly string[] {
  const root = new KeyBuilder();
  build(root.key('CBS'));
  const state = readPendingState(Hive.parse(writeHive(root), 'SOFTWARE').key('CBS'), hasPendingXml);
  expect(state.isPending).toBe(state.reasons.length > 0);
  return state.reasons;
}

describe('readPendingState()', () => {
  it('sees nothing on an idle system, which has the keys all the same', () => {
    expect(pendingReasons((servicing) => {
      servicing.key('SessionsPending').dword('Exclusive', 0).dword('TotalSessionPhases', 0);
      servicing.key('PackagesPending');
    })).toEqual([]);
    expect(readPendingState(undefined, false)).toEqual({ isPending: false, reasons: [] });
  });

  it.each<[string, string, (servicing: KeyBuilder) => void]>([
    ['a session', 'SessionsPending', (servicing) => { servicing.key('SessionsPending\\30000000_1'); }],
    ['an exclusive session', 'SessionsPending', (servicing) => { servicing.key('SessionsPending').dword('Exclusive', 3); }],
    ['a package', 'PackagesPending', (servicing) => { servicing.key('PackagesPending\\Some~Package'); }],
    ['a restart', 'RebootPending', (servicing) => { servicing.key('RebootPending'); }],
  ])('sees %s that waits', (_, reason, build) => {
    expect(pendingReasons(build)).toEqual([reason]);
  });

  it('sees pending.xml, also beside other signs and without the hive', () => {
    expect(pendingReasons((servicing) => { servicing.key('RebootPending'); }, true)).toEqual(['pending.xml', 'RebootPending']);
    expect(readPendingState(undefined, true)).toEqual({ isPending: true, reasons: ['pending.xml'] });
  });
});
