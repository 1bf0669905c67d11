/** A program that runs one request on the portable engine, for tests that kill it: a name, and its parameters as JSON. Its result is its output. */
import { addFirstBoot, applyUnattend, removeAppxProvisionedPackage, removeFirstBoot } from '@dismts/protocol';
import * as appx from '../../../sidecar/src/engine/portable/operations/appx.ts';
import * as firstBoot from '../../../sidecar/src/engine/portable/operations/firstBoot.ts';
import * as unattend from '../../../sidecar/src/engine/portable/operations/unattend.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { testContext } from '../operationContext.ts';

const operations: Readonly<Record<string, (params: unknown) => Promise<unknown>>> = {
  removeApp: async (params) => await appx.removeAppxProvisionedPackage(removeAppxProvisionedPackage.params.parse(params), testContext('appx/remove')),
  addFirstBoot: async (params) => await firstBoot.addFirstBoot(addFirstBoot.params.parse(params), testContext('firstBoot/add')),
  removeFirstBoot: async (params) => await firstBoot.removeFirstBoot(removeFirstBoot.params.parse(params), testContext('firstBoot/remove')),
  applyUnattend: async (params) => await unattend.applyUnattend(applyUnattend.params.parse(params), testContext('unattend/apply')),
};

const [name = '', params = '{}'] = process.argv.slice(2);

async function run(): Promise<unknown> {
  const operation = operations[name];
  if (operation === undefined) { throw new Error(`there is no operation "${name}"`); }
  return await operation(JSON.parse(params));
}

run().then((result) => {
  process.stdout.write(JSON.stringify(result));
}, (error: unknown) => {
  if (!(error instanceof DismError)) { throw error; }
  process.stdout.write(JSON.stringify({ error: error.symbol, message: error.message }));
});
