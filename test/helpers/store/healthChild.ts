/** A program that scans or restores an image, for tests that kill it or watch what it opens. Its result is its output. */
import { checkHealth as checkMethod, restoreHealth as restoreMethod, scanHealth as scanMethod } from '@dismts/protocol';
import { DismError } from '../../../sidecar/src/errors.ts';
import { checkHealth, restoreHealth, scanHealth } from '../../../sidecar/src/engine/portable/operations/health.ts';
import { testContext } from '../operationContext.ts';

const [operation, path, ...sources] = process.argv.slice(2);

async function run(): Promise<unknown> {
  switch (operation) {
    case 'check': return await checkHealth(checkMethod.params.parse({ path }), testContext(checkMethod.method));
    case 'scan': return await scanHealth(scanMethod.params.parse({ path }), testContext(scanMethod.method));
    case 'restore': return await restoreHealth(restoreMethod.params.parse({ path, sources }), testContext(restoreMethod.method));
    default: throw new Error(`Unknown operation "${operation ?? ''}"`);
  }
}

run().then((result) => {
  process.stdout.write(JSON.stringify(result));
}, (error: unknown) => {
  if (!(error instanceof DismError)) { throw error; }
  process.stdout.write(JSON.stringify({ error: error.symbol, message: error.message }));
});
