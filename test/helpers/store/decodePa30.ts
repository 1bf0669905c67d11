/** The decoder of deltas in one go, for tests that are in no hurry. */
import { decodePa30Stepwise, type ExpandLimits } from '../../../sidecar/src/componentStore/pa30.ts';

/** Does as `decodePa30Stepwise` in one go. */
export function decodePa30(delta: Buffer, source: Buffer, options: ExpandLimits): Buffer {
  const steps = decodePa30Stepwise(delta, source, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) { return step.value; }
  }
}
