/**
 * Program: the binding on the double, in a process that has one pool thread from its start, driven over Node's IPC channel.
 * Arguments: path of the double.
 */
import { Caller } from '../../../sidecar/src/engine/native/binding/call.ts';
import { openDismApi, type CallOptions, type DismApi } from '../../../sidecar/src/engine/native/binding/dismApi.ts';
import { nativeFunction } from '../../../sidecar/src/engine/native/binding/dismLibrary.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { loadDouble, type DismDouble } from '../../helpers/dismDouble.ts';
import type { HostError, HostRequest, HostResponse } from './bindingProcess.ts';

type Hook = (...values: unknown[]) => unknown;

const [libraryPath = ''] = process.argv.slice(2);
const libraries = { libraryPath, eventsLibraryPath: libraryPath };
let api: DismApi | undefined;
let double: DismDouble | undefined;
const running = new Map<number, AbortController>();

/** A reader that fails after the DLL has returned something. */
async function failRead(session: number): Promise<unknown> {
  const address: [bigint | null] = [null];
  return new Caller(libraries).read({
    function: nativeFunction('_DismGetCurrentEdition', 'DismSession Session, _Out_ DismString **EditionId'),
    arguments: [session, address], results: [address], action: 'Cannot read',
    read: () => { throw new RangeError(`cannot decode what is ${address[0] === null ? 'not ' : ''}there`); },
  });
}

function optionsFor({ id, listener, cancellable }: HostRequest): CallOptions {
  const controller = new AbortController();
  running.set(id, controller);
  return {
    signal: cancellable ? controller.signal : undefined,
    onProgress: listener === 'none' ? undefined : (current, total) => {
      send({ id, progress: [current, total] });
      if (listener === 'throwing') { throw new Error('the listener failed'); }
    },
  };
}

async function perform(request: HostRequest): Promise<unknown> {
  switch (request.target) {
    case 'open': return (api = openDismApi(libraries)).libraryPath;
    case 'api': {
      if (api === undefined) { throw new Error('not open'); }
      const functions = { ...api } as Readonly<Record<string, unknown>>;
      return (functions[request.name] as Hook)(...request.arguments, ...request.hasOptions ? [optionsFor(request)] : []);
    }
    case 'double': {
      double ??= loadDouble(libraryPath);
      return (double[request.name as keyof DismDouble] as Hook)(...request.arguments);
    }
    case 'failRead': return failRead(request.arguments[0] as number);
    case 'ping': return undefined;
  }
}

function describe(error: unknown): HostError {
  const { name, message, cause } = error as Error;
  return error instanceof DismError
    ? {
        name, message, hresult: error.hresult, symbol: error.symbol, category: error.category, target: error.target, hint: error.hint,
        cause: cause instanceof DismError ? { hresult: cause.hresult, message: cause.message } : undefined,
      }
    : { name, message };
}

function send(response: HostResponse): void {
  process.send?.(response);
}

process.on('message', (request: HostRequest | { readonly abort: number }) => {
  if ('abort' in request) {
    running.get(request.abort)?.abort();
    return;
  }
  const { id } = request;
  perform(request)
    .then((value) => { send({ id, value }); }, (error: unknown) => { send({ id, error: describe(error) }); })
    .finally(() => running.delete(id));
});
