/** The server as a client sees it: life of a connection, errors, cancel, progress, parallel requests, the end. */
import { access, readFile, writeFile } from 'node:fs/promises';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { dismErrorDataSchema, engineMethods, ErrorCode, invalidParamsDataSchema, maxMessageBytes, methods, protocolVersion } from '@dismts/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { UnsupportedError } from '../../sidecar/src/errors.ts';
import { Server } from '../../sidecar/src/server.ts';
import { connect, connectInitialized } from '../helpers/connection.ts';
import { createFakeEngine } from '../helpers/fakeEngine.ts';
import { frame, type RawMessage } from '../helpers/rawPeer.ts';
import { tempFolder } from '../helpers/tempFolder.ts';

const mount = (imagePath: string, more: object = {}): object => ({ imagePath, imageIndex: 1, mountPath: '/mnt/a', ...more });

function progressOf(messages: readonly RawMessage[], token: number | string): { phase: string; current: number; total: number }[] {
  return messages
    .filter(({ method }) => method === '$/progress')
    .map(({ params }) => params as { token: number | string; value: { phase: string; current: number; total: number } })
    .filter((params) => params.token === token)
    .map(({ value }) => value);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(() => true, () => false);
}

describe('initialize', () => {
  test('says who answers, and what the engine can do', async () => {
    const { peer } = connect({ createEngine: () => Promise.resolve(createFakeEngine({ unsupported: { 'image/remount': 'no disk' } })) });
    const { result } = await peer.initialize();
    expect(methods.initialize.result.parse(result)).toEqual({
      server: { name: 'dismts', version: '0.1.0' },
      protocolVersion,
      engine: 'Portable',
      capabilities: {
        methods: ['error/resolve', 'log/get', ...Object.values(engineMethods).map(({ method }) => method).filter((method) => method !== 'image/remount')],
        unsupported: [{ method: 'image/remount', reason: 'no disk' }],
        cancellable: ['log/get', ...createFakeEngine().cancellable],
      },
    });
  });

  test('has to come first', async () => {
    const { peer } = connect();
    for (const method of ['image/getInfo', 'error/resolve', 'log/get', 'shutdown']) {
      expect((await peer.request(method, method)).error?.code).toBe(ErrorCode.ServerNotInitialized);
    }
  });

  test('comes once', async () => {
    const { peer } = await connectInitialized();
    const { error } = await peer.request(2, 'initialize', { client: { name: 'test', version: '0' }, protocolVersion: '1.0' });
    expect(error?.code).toBe(ErrorCode.ServerNotInitialized);
  });

  test.for(['2.0', '0.9'])('refuses a client of protocol %s, whatever its other parameters, and may be sent again', async (version) => {
    const { peer } = connect();
    const { error } = await peer.request(1, 'initialize', { protocolVersion: version, clientInfo: 'of another time' });
    expect(error?.code).toBe(ErrorCode.DismError);
    expect(error?.message).toContain(version);
    expect(error?.message).toContain(protocolVersion);
    expect(dismErrorDataSchema.parse(error?.data)).toMatchObject({
      source: 'dismts', symbol: 'DISMTS_E_PROTOCOL_VERSION', operation: 'initialize', hint: expect.stringContaining('Install') as string,
    });
    expect((await peer.initialize()).error).toBeUndefined();
  });

  test('accepts another minor version', async () => {
    const { peer } = connect();
    expect((await peer.initialize({ protocolVersion: '1.7' })).error).toBeUndefined();
  });

  test('passes the choice on, and the failure to make the engine', async () => {
    const choices: string[] = [];
    const { peer } = connect({ createEngine: (choice) => {
      choices.push(choice);
      return Promise.reject(new UnsupportedError('There is no such engine'));
    } });
    const { error } = await peer.initialize({ engine: 'Native' });
    expect(choices).toEqual(['Native']);
    expect(error?.code).toBe(ErrorCode.UnsupportedError);
    expect(error?.data).toMatchObject({ symbol: 'ERROR_NOT_SUPPORTED', category: 'NotImplemented' });
  });

  test('sets defaults that a request can override', async () => {
    const folder = tempFolder();
    const { peer } = connect();
    await peer.initialize({ logPath: `${folder}/all.log`, logLevel: 'Debug', scratchDirectory: '/scratch' });
    const inherited = await peer.request(1, 'image/mount', mount('/log'));
    expect(inherited.result).toMatchObject({ logPath: `${folder}/all.log`, logLevel: 'Debug', scratchDirectory: '/scratch' });
    const own = await peer.request(2, 'image/mount', mount('/log', { logPath: `${folder}/own.log`, logLevel: 'Errors', scratchDirectory: '/other' }));
    expect(own.result).toMatchObject({ logPath: `${folder}/own.log`, logLevel: 'Errors', scratchDirectory: '/other' });
    expect(await readFile(`${folder}/all.log`, 'utf8')).toContain('A debug line');
    expect(await readFile(`${folder}/own.log`, 'utf8')).not.toContain('A warning line');
  });
});

describe('errors', () => {
  test.for([
    ['/error=C0040005/a.wim', ErrorCode.DismError, 'dismapi', 'DISMAPI_E_INVALID_IMAGE_INDEX', 0xC0040005],
    ['/busy/a.wim', ErrorCode.DismError, 'dismapi', 'WIM_E_UNMOUNT_INCOMPLETE', 0xC1420117],
    ['/wimerror/a.wim', ErrorCode.WimError, 'wimlib', 'WIMLIB_ERR_MQUEUE', 0x80004005],
    ['/unsupported/a.wim', ErrorCode.UnsupportedError, 'dismts', 'ERROR_NOT_SUPPORTED', 0x80070032],
    ['/bug/a.wim', ErrorCode.InternalError, 'dismts', 'E_UNEXPECTED', 0x8000FFFF],
    ['/badresult/a.wim', ErrorCode.InternalError, 'dismts', 'E_UNEXPECTED', 0x8000FFFF],
  ] as const)('of %s have code %i, data and a log', async ([imagePath, code, source, symbol, hresult]) => {
    const { peer, logDirectory } = await connectInitialized();
    const { error } = await peer.request(1, 'image/getInfo', { imagePath });
    expect(error?.code).toBe(code);
    const data = dismErrorDataSchema.parse(error?.data);
    expect(data).toMatchObject({ source, symbol, nativeCode: hresult | 0, operation: 'image/getInfo' });
    expect(data.logPath?.startsWith(logDirectory)).toBe(true);
    const log = await readFile(data.logPath ?? '', 'utf8');
    expect(log).toContain(code === ErrorCode.InternalError ? 'Error: ' : symbol);
  });

  test('have all of their causes in the log', async () => {
    const { peer } = await connectInitialized();
    const { error } = await peer.request(1, 'image/getInfo', { imagePath: '/wimerror' });
    expect(await readFile(dismErrorDataSchema.parse(error?.data).logPath ?? '', 'utf8')).toMatch(/in other words\n[^]*the text of libwim\n/);
  });

  test('of a bug say so, and the log has the stack', async () => {
    const { peer } = await connectInitialized();
    const { error } = await peer.request(1, 'image/getInfo', { imagePath: '/bug' });
    expect(error?.message).toBe('Bug in DismTs: bug as asked');
    expect(await readFile(dismErrorDataSchema.parse(error?.data).logPath ?? '', 'utf8')).toMatch(/TypeError: bug as asked\n.*at failAsAsked/);
  });

  test('of a bug outside an operation are logged, too', async () => {
    const { peer } = connect({ createEngine: () => Promise.reject(new RangeError('no engine today')) });
    const { error } = await peer.initialize();
    expect(error?.code).toBe(ErrorCode.InternalError);
    expect(await readFile(dismErrorDataSchema.parse(error?.data).logPath ?? '', 'utf8')).toContain('RangeError: no engine today');
  });

  test('name the target and the processes that hold it', async () => {
    const { peer } = await connectInitialized();
    const { error } = await peer.request(1, 'image/remount', { mountPath: '/busy' });
    expect(error?.data).toMatchObject({ target: '/busy', holders: [{ pid: 4711, program: 'bash' }, { pid: 4712, program: 'explorer' }] });
  });

  test('of a method that the engine does not have name operation, reason and the engine which can', async () => {
    const { peer } = await connectInitialized({ createEngine: () => Promise.resolve(createFakeEngine({ unsupported: { 'image/remount': 'no disk' } })) });
    const { error } = await peer.request(1, 'image/remount', { mountPath: '/mnt' });
    expect(error?.code).toBe(ErrorCode.UnsupportedError);
    expect(error?.message).toBe('The Portable engine cannot do "image/remount": no disk');
    expect(error?.data).toMatchObject({ operation: 'image/remount', hint: expect.stringContaining('Native') as string });
  });

  test('of an unknown method', async () => {
    const { peer } = await connectInitialized();
    for (const method of ['image/explode', 'mountImage', '$/cancelRequest', 'toString', '__proto__', '']) {
      expect((await peer.request(`id of ${method}`, method, {})).error?.code).toBe(ErrorCode.MethodNotFound);
    }
  });

  test.for([
    ['image/getInfo', undefined, ''],
    ['image/getInfo', [{ imagePath: '/a.wim' }], ''],
    ['image/getInfo', 'text', ''],
    ['image/getInfo', {}, 'imagePath'],
    ['image/getInfo', { imagePath: 'a.wim' }, 'imagePath'],
    ['image/getInfo', { imagePath: '/a\0b.wim' }, 'imagePath'],
    ['image/getInfo', { imagePath: '/a.wim', imageIndex: 0 }, 'imageIndex'],
    ['image/getInfo', { imagePath: '/a.wim', imageIndex: 1.5 }, 'imageIndex'],
    ['image/getInfo', { imagePath: '/a.wim', imageIndex: 1, imageName: 'a' }, ''],
    ['image/getInfo', { imagePath: '/a.wim', more: 1 }, ''],
    ['image/getInfo', JSON.parse('{"imagePath":"/a.wim","__proto__":{"imageIndex":1}}'), ''],
    ['image/mount', { imagePath: '/a.wim', mountPath: '/mnt' }, ''],
    ['image/mount', { imagePath: '/a.wim', mountPath: '/mnt', imageIndex: 1, readOnly: 'yes' }, 'readOnly'],
    ['image/unmount', { mountPath: '/mnt', commit: false, append: true }, ''],
    ['error/resolve', { code: '5' }, 'code'],
    ['error/resolve', { code: 2 ** 32 }, 'code'],
    ['shutdown', { now: true }, ''],
  ] as const)('of %s with the parameters %j name the parameter "%s"', async ([method, params, path]) => {
    const { peer } = await connectInitialized();
    const { error } = await peer.request(1, method, params);
    expect(error?.code).toBe(ErrorCode.InvalidParams);
    expect(invalidParamsDataSchema.parse(error?.data).issues.map((issue) => issue.path)).toContain(path);
  });

  test('stay small, whatever the parameters are', async () => {
    const { peer } = await connectInitialized();
    const params = Object.fromEntries(Array.from({ length: 5000 }, (_, number) => [`unknown key ${number}`, number]));
    const { error } = await peer.request(1, 'image/getInfo', params);
    expect(JSON.stringify(error).length).toBeLessThan(2000);
  });

  test('of a log file that cannot be written come before anything is done', async () => {
    const folder = tempFolder();
    const { peer } = await connectInitialized();
    const { error } = await peer.request(1, 'image/mount', mount('/hang', { logPath: `${folder}/none/a.log`, scratchDirectory: folder }));
    expect(error?.code).toBe(ErrorCode.DismError);
    expect(error?.data).toMatchObject({ symbol: 'DISMAPI_E_LOGGING_DISABLED', target: `${folder}/none/a.log` });
    expect(await exists(`${folder}/started`)).toBe(false);
  });

  test('of a result over the size limit say that the work is done, and where its log is', async () => {
    const engine = createFakeEngine();
    const { peer } = await connectInitialized({ createEngine: () => Promise.resolve({
      ...engine,
      mountImage: async (params, context) => ({ ...await engine.mountImage(params, context), path: 'x'.repeat(maxMessageBytes) }),
    }) });
    const { error } = await peer.request(1, 'image/mount', mount('/log'));
    expect(error?.code).toBe(ErrorCode.DismError);
    expect(error?.message).toMatch(/^The operation is done, but its answer of 16\d{6} bytes is over the limit/);
    const { symbol, logPath } = dismErrorDataSchema.parse(error?.data);
    expect([symbol, await readFile(logPath ?? '', 'utf8')]).toEqual(['DISMTS_E_ANSWER_TOO_LARGE', expect.stringContaining('done after')]);
    expect((await peer.request(2, 'error/resolve', { code: 5 })).error).toBeUndefined();
  });
});

describe('error/resolve', () => {
  test('answers signed, unsigned and bare codes', async () => {
    const { peer } = await connectInitialized();
    for (const [id, code] of [5, 0x80070005, 0x80070005 | 0].entries()) {
      expect((await peer.request(id, 'error/resolve', { code })).result)
        .toMatchObject({ known: true, nativeCode: 0x80070005 | 0, hex: '0x80070005', symbol: 'E_ACCESSDENIED' });
    }
  });
});

describe('$/cancelRequest', () => {
  test('aborts the operation, which cleans up before the answer', async () => {
    const folder = tempFolder();
    const { peer } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 't', scratchDirectory: folder }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    expect(await exists(`${folder}/cleaned-up`)).toBe(false);
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    const { error } = await peer.waitFor(({ id }) => id === 1);
    expect(error?.code).toBe(ErrorCode.RequestCancelled);
    expect(dismErrorDataSchema.parse(error?.data)).toMatchObject({
      symbol: 'ERROR_CANCELLED', nativeCode: 0x800704C7 | 0, category: 'OperationStopped', operation: 'image/mount',
    });
    expect(await exists(`${folder}/cleaned-up`)).toBe(true);
  });

  test('that arrives with its request cancels it', async () => {
    const { peer } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang') });
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
  });

  test('stops one request only', async () => {
    const { peer } = await connectInitialized();
    for (const id of [1, 2]) {
      peer.send({ jsonrpc: '2.0', id, method: 'image/mount', params: mount('/hang', { workDoneToken: id }) });
      await peer.waitFor(({ params }) => (params as { token?: unknown } | undefined)?.token === id);
    }
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 2 } });
    await peer.waitFor(({ id }) => id === 2);
    await peer.request(3, 'error/resolve', { code: 5 });
    expect(peer.messages.some(({ id }) => id === 1)).toBe(false);
  });

  test('that comes too late changes nothing', async () => {
    const { peer } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/stubborn', { workDoneToken: 1 }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    expect((await peer.waitFor(({ id }) => id === 1)).result).toMatchObject({ path: '/mnt/a' });
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    expect((await peer.request(1, 'image/mount', mount('/a.wim'))).result).toMatchObject({ path: '/mnt/a' });
  });

  test('turns the AbortError of a Node function into a cancellation', async () => {
    const engine = createFakeEngine();
    const { peer } = await connectInitialized({ createEngine: () => Promise.resolve({
      ...engine, remountImage: async ({ mountPath }, context) => {
        context.progress('Mounting', 0, 0);
        await setTimeout(60_000, undefined, { signal: mountPath === '/own' ? AbortSignal.abort() : context.signal });
        throw new Error('not reached');
      },
    }) });
    expect((await peer.request(1, 'image/remount', { mountPath: '/own' })).error?.code).toBe(ErrorCode.InternalError);
    peer.send({ jsonrpc: '2.0', id: 2, method: 'image/remount', params: { mountPath: '/mnt', workDoneToken: 2 } });
    await peer.waitFor(({ method }) => method === '$/progress');
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 2 } });
    expect((await peer.waitFor(({ id }) => id === 2)).error?.code).toBe(ErrorCode.RequestCancelled);
  });
});

describe('$/progress', () => {
  test('is limited, and its last value comes before the answer', async () => {
    const { peer } = await connectInitialized();
    const { result } = await peer.request(1, 'image/mount', mount('/progress=10000', { workDoneToken: 'p' }));
    expect(result).toBeDefined();
    const values = progressOf(peer.messages, 'p');
    expect(values.length).toBeLessThanOrEqual(3);
    expect(values[0]).toEqual({ phase: 'Mounting', current: 1, total: 10_000 });
    expect(values.at(-1)).toEqual({ phase: 'Mounting', current: 10_000, total: 10_000 });
    expect(peer.messages.findLastIndex(({ method }) => method === '$/progress')).toBeLessThan(peer.messages.findIndex(({ id }) => id === 1));
  });

  test('is not sent without a token', async () => {
    const { peer } = await connectInitialized();
    await peer.request(1, 'image/mount', mount('/progress=10'));
    expect(peer.messages.some(({ method }) => method === '$/progress')).toBe(false);
  });

  test('comes with the last value of an operation that fails', async () => {
    const { peer } = await connectInitialized();
    await peer.request(1, 'image/mount', mount('/progress=10/error=80070070', { workDoneToken: 7 }));
    expect(progressOf(peer.messages, 7).at(-1)?.current).toBe(10);
  });

  test('has one token for one request', async () => {
    const { peer } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 't' }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    const { error } = await peer.request(2, 'image/mount', mount('/a.wim', { workDoneToken: 't' }));
    expect(error?.code).toBe(ErrorCode.InvalidParams);
    peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 1 } });
    await peer.waitFor(({ id }) => id === 1);
    expect((await peer.request(3, 'image/mount', mount('/a.wim', { workDoneToken: 't' }))).error).toBeUndefined();
  });
});

describe('requests', () => {
  test('run side by side, each with its own log', async () => {
    const { peer } = await connectInitialized();
    const ids = Array.from({ length: 50 }, (_, number) => number);
    const answers = await Promise.all(ids.map((id) => peer.request(id, 'image/mount', mount(`/log/${id}.wim`, { mountPath: `/mnt/${id}` }))));
    expect(answers.map(({ result }) => (result as { path: string }).path)).toEqual(ids.map((id) => `/mnt/${id}`));
    expect(new Set(answers.map(({ result }) => (result as { logPath: string }).logPath)).size).toBe(50);
  });

  test('do not wait for one that hangs', async () => {
    const { peer } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 'long', method: 'image/mount', params: mount('/hang') });
    expect((await peer.request('short', 'image/listMounted', {})).error).toBeUndefined();
    expect(peer.messages.some(({ id }) => id === 'long')).toBe(false);
  });

  test('write no log file where they only look and nothing is to be said', async () => {
    const { peer, logDirectory } = await connectInitialized();
    await peer.request(1, 'image/getInfo', { imagePath: '/a.wim' });
    await peer.request(2, 'image/listMounted', {});
    expect(await exists(logDirectory)).toBe(false);
  });

  test('that change something have a log from their first moment', async () => {
    const { peer } = await connectInitialized();
    const { result } = await peer.request(1, 'image/mount', mount('/a.wim')) as { result: { logPath: string } };
    expect(result.logPath).toMatch(/\d{8}-\d{6}-image-mount-\d+-\d+\.log$/);
    expect(await readFile(result.logPath, 'utf8')).toMatch(/^[^\n]+ image\/mount: DismTs .+"imagePath":"\/a\.wim".*\n[^\n]+ image\/mount: done after \d+\.\d{3} s\n$/);
  });
});

describe('a log that cannot be written', () => {
  test('fails nothing, and is told with the result', async () => {
    const { peer, logDirectory } = await connectInitialized();
    await writeFile(logDirectory, 'in the way');
    const { result } = await peer.request(1, 'image/mount', mount('/log'));
    expect(result).toMatchObject({ logPath: '', warnings: [expect.stringContaining('No log was written') as string] });
    expect((await peer.request(2, 'image/mount', mount('/error=C0040005'))).error?.data).not.toHaveProperty('logPath');
  });
});

describe('the end', () => {
  test('by shutdown cancels what runs, answers it, refuses the rest, and exit is 0', async () => {
    const folder = tempFolder();
    const { peer, server } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 1, scratchDirectory: folder }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    expect((await peer.request(2, 'shutdown')).result).toBeNull();
    expect(await exists(`${folder}/cleaned-up`)).toBe(true);
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
    expect((await peer.request(3, 'image/listMounted', {})).error?.code).toBe(ErrorCode.InvalidRequest);
    expect((await peer.request(4, 'shutdown')).error?.code).toBe(ErrorCode.InvalidRequest);
    peer.send({ jsonrpc: '2.0', method: 'exit' });
    expect(await server.ended).toBe(0);
  });

  test.for([undefined, null, {}])('by shutdown with the parameters %j', async (params) => {
    const { peer } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'shutdown', params });
    expect((await peer.waitFor(({ id }) => id === 1)).result).toBeNull();
  });

  test('by exit alone is 1, after cleaning up', async () => {
    const folder = tempFolder();
    const { peer, server } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 1, scratchDirectory: folder }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    peer.send({ jsonrpc: '2.0', method: 'exit' });
    expect(await server.ended).toBe(1);
    expect(await exists(`${folder}/cleaned-up`)).toBe(true);
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
  });

  test('by closing the stream is 0, after cleaning up and answering', async () => {
    const folder = tempFolder();
    const { peer, server } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 1, scratchDirectory: folder }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    peer.end();
    expect(await server.ended).toBe(0);
    expect(await exists(`${folder}/cleaned-up`)).toBe(true);
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
  });

  test('by losing the output is 1, after cleaning up', async () => {
    const folder = tempFolder();
    const { peer, server, output } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 1, scratchDirectory: folder }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    output.destroy();
    expect(await server.ended).toBe(1);
    expect(await exists(`${folder}/cleaned-up`)).toBe(true);
  });

  test('after an exception that nothing caught answers everything, and is 70', async () => {
    const folder = tempFolder();
    const { peer, server } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/mount', params: mount('/hang', { workDoneToken: 1, scratchDirectory: folder }) });
    await peer.waitFor(({ method }) => method === '$/progress');
    await server.fail(new Error('out of nowhere'));
    expect(await server.ended).toBe(70);
    const { error } = await peer.waitFor(({ id }) => id === 1);
    expect(error?.code).toBe(ErrorCode.InternalError);
    expect(await readFile(dismErrorDataSchema.parse(error?.data).logPath ?? '', 'utf8')).toContain('Error: out of nowhere');
    expect(await exists(`${folder}/cleaned-up`)).toBe(true);
  });

  test.for([
    ['a client that does not read', 0, (server: Server) => server.stop(0)],
    ['an operation that does not stop, after a bug', 70, (server: Server) => server.fail(new Error('out of nowhere'))],
  ] as const)('does not wait for ever for %s', async ([, exitCode, end]) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => { vi.useRealTimers(); });
    const input = new PassThrough();
    const blocked = new Writable({ write: () => undefined });
    const engine = createFakeEngine();
    const server = new Server({
      input, output: blocked, logDirectory: tempFolder(),
      createEngine: () => Promise.resolve({
        ...engine, remountImage: () => (exitCode === 70 ? new Promise<never>(() => undefined) : Promise.reject(new Error('no'))),
      }),
    });
    server.listen();
    input.write(frame({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { client: { name: 'test', version: '0' }, protocolVersion: '1.0' } }));
    await vi.advanceTimersByTimeAsync(10);
    input.write(frame({ jsonrpc: '2.0', id: 2, method: 'image/remount', params: { mountPath: '/mnt' } }));
    await vi.advanceTimersByTimeAsync(10);
    void end(server);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await server.ended).toBe(exitCode);
  });
});
