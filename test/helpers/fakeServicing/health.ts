/** What the fake engine answers about the component store of an image. */
import type { engineMethods, Finding, HealthCounts, HealthResult } from '@dismts/protocol';
import type { z } from 'zod';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import type { AnswerImage } from './session.ts';

const component = 'amd64_sample-shell_31bf3856ad364e35_10.0.26100.1742_none_0123456789abcdef';

/** One row of each kind. */
const findings: Finding[] = [
  {
    class: 'CSI Payload Corrupt', component, file: 'shell.dll', state: 'Found', reason: 'Its content has another digest than the manifest records',
    wantedDigest: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00', offeredVersions: [],
  },
  {
    class: 'CBS MUM Missing', component: 'Sample-Package~31bf3856ad364e35~amd64~~10.0.26100.1742', file: '', state: 'Found', reason: 'The file does not exist',
    wantedDigest: '', offeredVersions: ['10.0.26100.1', '10.0.26100.863'],
  },
  {
    class: 'CSI Payload Corrupt', component, file: 'shell.mui', state: 'NotChecked', reason: 'Its delta has the type PE, which only Windows reads', wantedDigest: '',
    offeredVersions: [],
  },
];

const counts: HealthCounts = {
  manifestsChecked: 28_512, filesChecked: 101_234, bytesChecked: 16_106_127_360, packagesChecked: 3210, catalogsChecked: 3190, totalDetected: 2, cbsManifest: 1,
  cbsMetadata: 0, csiManifest: 0, csiMetadata: 0, csiPayload: 1, totalRepaired: 0, cbsManifestRepaired: 0, csiManifestRepaired: 0, csiPayloadRepaired: 0,
  notChecked: 1, payloadRemoved: 40,
};

/** The methods; `lacking` in a path makes a restore fail in part. */
export function fakeHealth(image: AnswerImage) {
  async function health(
    params: z.output<typeof engineMethods.checkHealth.params>, context: OperationContext, rest: Partial<HealthResult>,
  ): Promise<HealthResult> {
    return { ...await image(params, context, { phase: 'Checking files' }), imageHealthState: 'Repairable', basis: 'scan', counts, findings, failure: null, ...rest };
  }
  return {
    checkHealth: (params, context) => health(params, context, { basis: 'markers', findings: findings.slice(0, 1) }),
    scanHealth: (params, context) => health(params, context, {}),
    restoreHealth: async (params, context) => {
      const lacking = params.path?.includes('lacking') ?? false;
      const repaired = findings.map((finding): Finding => {
        if (finding.state !== 'Found') { return finding; }
        return lacking && finding.class === 'CBS MUM Missing'
          ? { ...finding, state: 'NotRepaired', reason: 'No source has it' } : { ...finding, state: 'Repaired' };
      });
      const answer = await health(params, context, {
        imageHealthState: lacking ? 'Repairable' : 'Healthy', findings: repaired, restartNeeded: !lacking,
        counts: { ...counts, totalRepaired: lacking ? 1 : 2, csiPayloadRepaired: 1, cbsManifestRepaired: lacking ? 0 : 1 },
      });
      if (!lacking) { return answer; }
      const message = `Cannot restore the health of "${params.path ?? ''}" whole: 1 of 2 damaged items are in none of the sources`;
      const { symbol, category } = new DismError(Hresult.CBS_E_SOURCE_MISSING, message);
      return { ...answer, failure: { message, data: {
        source: 'dismapi', symbol, nativeCode: Hresult.CBS_E_SOURCE_MISSING | 0, category, operation: context.operation, target: params.path ?? '',
        hint: 'Give a source of the same edition, language and revision.', logPath: context.log.path,
      } } };
    },
    cleanComponents: (params, context) => image(params, context, { phase: 'Cleaning up' }),
  } satisfies Partial<EngineOperations>;
}
