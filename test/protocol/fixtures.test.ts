/**
 * The recorded frames of test/fixtures/rpc: played again, they are the same; and every message fits its schema. PowerShell's tests read
 * the same files, so the two sides cannot drift apart. `npx vitest run test/protocol -u` records them anew.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  dismErrorDataSchema, ErrorCode, invalidParamsDataSchema, methods, progressMethod, progressParamsSchema,
} from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { connect } from '../helpers/connection.ts';
import { createFakeEngine } from '../helpers/fakeEngine.ts';
import { frame, type RawMessage } from '../helpers/rawPeer.ts';

const folder = fileURLToPath(new URL('../fixtures/rpc/', import.meta.url));

/** A message of the client, or bytes that are none. */
type Sent = RawMessage | { readonly raw: string };
/** One step: what is sent, and how many messages come back before the next. */
type Step = readonly [send: Sent, answers: number];

interface Scenario {
  readonly description: string;
  /** True: the exchange begins with initialize itself. */
  readonly uninitialized?: boolean;
  readonly unsupported?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const call = (id: number | string, method: string, params?: unknown): RawMessage =>
  ({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
const notify = (method: string, params?: unknown): RawMessage => ({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) });

const client = { name: 'DismTs', version: '0.1.0' };
const initializeParams = { client, protocolVersion: '1.0', engine: 'Auto', logLevel: 'WarningsInfo' };
const mountParams = { imagePath: '/images/install.wim', imageIndex: 1, mountPath: '/mnt/a' };

const scenarios: Readonly<Record<string, Scenario>> = {
  initialize: { description: 'The first request of a connection', uninitialized: true, steps: [[call(1, 'initialize', initializeParams), 1]] },
  'initialize-unsupported': {
    description: 'An engine that lacks a method, and the answer to that method', uninitialized: true, unsupported: { 'image/remount': 'it cannot serve an image' },
    steps: [[call(1, 'initialize', initializeParams), 1], [call(2, 'image/remount', { mountPath: '/mnt/a' }), 1]],
  },
  'initialize-protocol-version': {
    description: 'A module of another major protocol version', uninitialized: true,
    steps: [[call(1, 'initialize', { ...initializeParams, protocolVersion: '2.0' }), 1]],
  },
  'not-initialized': { description: 'A request before initialize', uninitialized: true, steps: [[call(1, 'image/listMounted', {}), 1]] },
  'initialize-twice': { description: 'A second initialize', steps: [[call(1, 'initialize', initializeParams), 1]] },
  'shutdown-exit': {
    description: 'The orderly end; a request after shutdown is refused',
    steps: [[call(1, 'shutdown'), 1], [call(2, 'image/listMounted', {}), 1], [notify('exit'), 0]],
  },
  'environment-get': { description: 'What the machine has of what the engine needs', steps: [[call(1, 'environment/get', {}), 1]] },
  'error-resolve': {
    description: 'A signed code, a bare Win32 number, and a code that is not in the table',
    steps: [
      [call(1, 'error/resolve', { code: 0xC1420117 | 0 }), 1], [call(2, 'error/resolve', { code: 5 }), 1], [call(3, 'error/resolve', { code: 0xC1420155 }), 1],
    ],
  },
  'image-getInfo': { description: 'All images of a file', steps: [[call(1, 'image/getInfo', { imagePath: '/images/install.wim' }), 1]] },
  'image-getInfo-index': { description: 'One image by index', steps: [[call(1, 'image/getInfo', { imagePath: '/images/install.wim', imageIndex: 2 }), 1]] },
  'image-listMounted': { description: 'Mounts in each status', steps: [[call(1, 'image/listMounted', {}), 1]] },
  'image-mount': { description: 'A read-only mount', steps: [[call(1, 'image/mount', { ...mountParams, readOnly: true, scratchDirectory: '/scratch' }), 1]] },
  'image-mount-progress': {
    description: 'Progress: the first value at once, of many in a short time only the last',
    steps: [[call(1, 'image/mount', { ...mountParams, imagePath: '/progress=100/install.wim', workDoneToken: 'mount-1' }), 3]],
  },
  'image-mount-cancel': {
    description: 'A request that is cancelled while it runs',
    steps: [
      [call(1, 'image/mount', { ...mountParams, imagePath: '/hang/install.wim', workDoneToken: 17 }), 1], [notify('$/cancelRequest', { id: 1 }), 1],
    ],
  },
  'image-remount': { description: 'A remount', steps: [[call(1, 'image/remount', { mountPath: '/mnt/b' }), 1]] },
  'image-commit': { description: 'A commit as a new image', steps: [[call(1, 'image/commit', { mountPath: '/mnt/a', append: true, checkIntegrity: true }), 1]] },
  'image-unmount': { description: 'An unmount that drops the changes', steps: [[call(1, 'image/unmount', { mountPath: '/mnt/a', commit: false }), 1]] },
  'image-cleanupMountPoints': { description: 'What was left of an invalid mount is removed', steps: [[call(1, 'image/cleanupMountPoints', {}), 1]] },
  'health-check': { description: 'What is known about the health of an image', steps: [[call(1, 'health/check', { path: '/mnt/a', windowsDirectory: 'WINNT' }), 1]] },
  'health-scan': { description: 'Damage, and what could not be checked', steps: [[call(1, 'health/scan', { path: '/mnt/a' }), 1]] },
  'health-restore': {
    description: 'Everything repaired from sources of two kinds',
    steps: [[call(1, 'health/restore', { path: '/mnt/a', sources: ['/mnt/other', 'WIM:/images/install.wim:6'], limitAccess: true }), 1]],
  },
  'health-restore-failure': {
    description: 'A result with the failure that stands beside it', steps: [[call(1, 'health/restore', { path: '/mnt/lacking', sources: ['/mnt/other'] }), 1]],
  },
  'health-scan-online': { description: 'The running system off Windows', steps: [[call(1, 'health/scan', { online: true }), 1]] },
  'package-get': { description: 'All packages', steps: [[call(1, 'package/get', { path: '/mnt/a' }), 1]] },
  'package-get-name': {
    description: 'Everything about one package',
    steps: [[call(1, 'package/get', { path: '/mnt/a', packageName: 'Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.1742.1.10' }), 1]],
  },
  'package-get-online': { description: 'Packages of the running system off Windows', steps: [[call(1, 'package/get', { online: true }), 1]] },
  'feature-get': { description: 'All features of a package', steps: [[call(1, 'feature/get', { path: '/mnt/a', packageName: 'Sample~1~amd64~~1' }), 1]] },
  'feature-get-detailed': { description: 'Everything about all features', steps: [[call(1, 'feature/get', { path: '/mnt/a', detailed: true }), 1]] },
  'driver-get': { description: 'All drivers', steps: [[call(1, 'driver/get', { path: '/mnt/a', all: true }), 1]] },
  'driver-get-driver': { description: 'One driver, for each of its devices', steps: [[call(1, 'driver/get', { path: '/mnt/a', driver: 'oem0.inf' }), 1]] },
  'capability-get': { description: 'All capabilities', steps: [[call(1, 'capability/get', { path: '/mnt/a' }), 1]] },
  'capability-get-name': {
    description: 'Everything about one capability', steps: [[call(1, 'capability/get', { path: '/mnt/a', name: 'OpenSSH.Client~~~~0.0.1.0' }), 1]],
  },
  'edition-get': { description: 'The edition', steps: [[call(1, 'edition/get', { path: '/mnt/a' }), 1]] },
  'error-dism': { description: 'A failure with a DISM code (1)', steps: [[call(1, 'image/mount', { ...mountParams, imagePath: '/error=C0040005/install.wim' }), 1]] },
  'error-busy': { description: 'A failure that names the processes at fault', steps: [[call(1, 'image/unmount', { mountPath: '/busy', commit: true }), 1]] },
  'error-wimlib': { description: 'A failure of libwim that has no DISM code (2)', steps: [[call(1, 'image/getInfo', { imagePath: '/wimerror/a.wim' }), 1]] },
  'error-unsupported': { description: 'Something that this engine cannot do (3)', steps: [[call(1, 'image/getInfo', { imagePath: '/unsupported/a.ffu' }), 1]] },
  'error-bug': { description: 'A bug in DismTs (-32603)', steps: [[call(1, 'image/getInfo', { imagePath: '/bug/a.wim' }), 1]] },
  'error-invalid-params': {
    description: 'Parameters that do not fit (-32602)',
    steps: [[call(1, 'image/getInfo', { imagePath: 'relative.wim', imageIndex: 0 }), 1], [call(2, 'image/unmount', { mountPath: '/mnt/a', commit: 'no' }), 1]],
  },
  'error-unknown-method': { description: 'A method that does not exist (-32601)', steps: [[call(1, 'image/explode', {}), 1]] },
  'error-parse': { description: 'Bytes that are no JSON (-32700) and JSON that is no request (-32600)', steps: [[{ raw: '{"jsonrpc":' }, 1], [{ raw: '[]' }, 1]] },
};

/** One line of a fixture. */
interface Line {
  readonly from: 'client' | 'server';
  readonly message?: RawMessage;
  readonly raw?: string;
}

async function record({ description, uninitialized = false, unsupported = {}, steps }: Scenario): Promise<string> {
  const { peer, logDirectory } = connect({ createEngine: () => Promise.resolve(createFakeEngine({ unsupported })) });
  if (!uninitialized) {
    await peer.initialize();
  }
  const exchange: Line[] = [];
  for (const [send, answers] of steps) {
    const from = peer.messages.length;
    if ('raw' in send) {
      exchange.push({ from: 'client', raw: send.raw });
      peer.sendBytes(frame(send.raw));
    } else {
      exchange.push({ from: 'client', message: send });
      peer.send(send);
    }
    for (let count = 1; count <= answers; count += 1) {
      await peer.waitFor(() => peer.messages.length >= from + count);
    }
    exchange.push(...peer.messages.slice(from).map((message) => ({ from: 'server' as const, message })));
  }
  const text = JSON.stringify({ description, exchange }, undefined, 2);
  // Names of log files hold the time and the process.
  return `${text.replaceAll(new RegExp(`${logDirectory}/[^"]+`, 'g'), '/var/log/dismts/20260102-030405-operation-1234-1.log')}\n`;
}

describe('recorded frames', () => {
  test.for(Object.entries(scenarios))('%s', async ([name, scenario]) => {
    await expect(await record(scenario)).toMatchFileSnapshot(`${folder}${name}.json`);
  });

  test('are all of these, and of every method', async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    expect(names.sort()).toEqual(Object.keys(scenarios).sort());
    const sent = Object.values(scenarios).flatMap(({ steps }) => steps.map(([send]) => ('raw' in send ? undefined : send.method)));
    expect(sent).toEqual(expect.arrayContaining(Object.values(methods).map(({ method }) => method)));
  });
});

const fixtureSchema = z.strictObject({
  description: z.string().min(1),
  exchange: z.array(z.union([
    z.strictObject({ from: z.literal('client'), raw: z.string() }),
    z.strictObject({ from: z.enum(['client', 'server']), message: z.looseObject({
      jsonrpc: z.literal('2.0'), id: z.union([z.string(), z.number(), z.null()]).optional(), method: z.string().optional(), params: z.unknown().optional(),
      result: z.unknown().optional(), error: z.strictObject({ code: z.number().int(), message: z.string().min(1), data: z.unknown().optional() }).optional(),
    }) }),
  ])).min(1),
});

const declarations = new Map(Object.values(methods).map((declaration) => [declaration.method, declaration]));

/** The schema that an error's data has to fit, by its code. */
function dataSchemaOf(code: number): z.ZodType {
  switch (code) {
    case ErrorCode.InvalidParams: return invalidParamsDataSchema;
    case ErrorCode.ParseError:
    case ErrorCode.InvalidRequest:
    case ErrorCode.MethodNotFound:
    case ErrorCode.ServerNotInitialized: return z.undefined();
    default: return dismErrorDataSchema.strict();
  }
}

describe('messages of the recorded frames', () => {
  test.for(Object.keys(scenarios))('%s: fit their schemas, and nothing more is in them', async (name) => {
    const fixture = fixtureSchema.parse(JSON.parse(await readFile(`${folder}${name}.json`, 'utf8')));
    const asked = new Map<unknown, string>();
    for (const line of fixture.exchange) {
      if ('raw' in line) {
        continue;
      }
      const { id, method, params, result, error } = line.message;
      if (line.from === 'client') {
        asked.set(id, method ?? '');
        const refused = fixture.exchange.some((other) => other.from === 'server' && 'message' in other && other.message.id === id
          && [ErrorCode.InvalidParams, ErrorCode.MethodNotFound].some((code) => code === other.message.error?.code));
        const declaration = declarations.get(method ?? '');
        expect(declaration === undefined || declaration.params.safeParse(params).success || refused, method).toBe(true);
      } else if (method !== undefined) {
        expect(method).toBe(progressMethod);
        expect(progressParamsSchema.parse(params)).toEqual(params);
      } else if (error !== undefined) {
        dataSchemaOf(error.code).parse(error.data);
      } else {
        expect(declarations.get(asked.get(id) ?? '')?.result.parse(result)).toEqual(result);
      }
    }
  });
});
