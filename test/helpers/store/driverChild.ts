/** A program that adds drivers to an image or removes one, for tests that kill it. Its result is its output. */
import { addDriver as addMethod, removeDriver as removeMethod } from '@dismts/protocol';
import { DismError } from '../../../sidecar/src/errors.ts';
import { addDriver, removeDriver } from '../../../sidecar/src/engine/portable/operations/drivers.ts';
import { testContext } from '../operationContext.ts';

const [operation, path, driver] = process.argv.slice(2);

async function run(): Promise<unknown> {
  return operation === 'add'
    ? await addDriver(addMethod.params.parse({ path, driver, recurse: true, bootCritical: true }), testContext(addMethod.method))
    : await removeDriver(removeMethod.params.parse({ path, driver, force: true }), testContext(removeMethod.method));
}

run().then((result) => {
  process.stdout.write(JSON.stringify(result));
}, (error: unknown) => {
  if (!(error instanceof DismError)) { throw error; }
  process.stdout.write(JSON.stringify({ error: error.symbol, message: error.message }));
});
