/** What a server does with bytes that are no messages: it answers or closes, and never crashes, hangs or grows. */
import { ErrorCode, maxMessageBytes } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { connect, connectInitialized } from '../helpers/connection.ts';
import { frame } from '../helpers/rawPeer.ts';

const request = (id: unknown, more: object = {}): object => ({ jsonrpc: '2.0', id, method: 'error/resolve', params: { code: 5 }, ...more });
const good = frame(request('good'));

describe('a stream that cannot be read on', () => {
  test.for<[string, Buffer | string]>([
    ['no Content-Length', 'Content-Type: application/json\r\n\r\n{}'],
    ['an empty header block', '\r\n{}'],
    ['two Content-Lengths', 'Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}'],
    ['two Content-Lengths of different case', 'Content-Length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a negative length', 'Content-Length: -2\r\n\r\n{}'],
    ['a length with a plus', 'Content-Length: +2\r\n\r\n{}'],
    ['a length in hexadecimal', 'Content-Length: 0x2\r\n\r\n{}'],
    ['a length with a fraction', 'Content-Length: 2.0\r\n\r\n{}'],
    ['a length with something behind it', 'Content-Length: 2 bytes\r\n\r\n{}'],
    ['an empty length', 'Content-Length:\r\n\r\n{}'],
    ['a length that no number holds', `Content-Length: ${'9'.repeat(400)}\r\n\r\n{}`],
    ['a header without a colon', 'Content-Length 2\r\n\r\n{}'],
    ['a header with a space before the colon', 'Content-Length : 2\r\n\r\n{}'],
    ['a folded header', 'Content-Length: 2\r\n 3\r\n\r\n{}'],
    ['line feeds alone', 'Content-Length: 2\n\n{}'],
    ['a line feed alone, and then nothing', 'Content-Length: 2\n'],
    ['a carriage return alone, and then nothing', 'Content-Length: 2\rX'],
    ['a carriage return alone', 'Content-Length: 2\r\r\n{}'],
    ['bare JSON', '{"jsonrpc":"2.0","id":1,"method":"error/resolve"}'],
    ['bare JSON, one byte of it', '{'],
    ['a binary file', Buffer.from([0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01, 0x01, 0x00])],
    ['UTF-16', Buffer.from('Content-Length: 2\r\n\r\n{}', 'utf16le')],
    ['half a byte order mark', Buffer.from([0xEF, 0xBB, 0x43])],
    ['a header name beyond ASCII', 'Content-Längth: 2\r\n\r\n{}'],
    ['a NUL in a header', 'Content-Length: 2\0\r\n\r\n{}'],
    ['headers without end', `X-Padding: ${'x'.repeat(9000)}`],
    ['many headers', Array.from({ length: 2000 }, (_, number) => `X-${number}: y\r\n`).join('')],
  ])('%s: is answered, and the server ends with 1', async ([, bytes]) => {
    const { peer, server } = await connectInitialized();
    peer.sendBytes(bytes);
    expect(await server.ended).toBe(1);
    const { error } = await peer.waitFor(({ id }) => id === null);
    expect(error?.code).toBe(ErrorCode.InvalidRequest);
    expect(peer.readErrors).toEqual([]);
  });

  test('cancels what runs, and answers it', async () => {
    const { peer, server } = await connectInitialized();
    peer.send({ jsonrpc: '2.0', id: 1, method: 'image/remount', params: { mountPath: '/hang', workDoneToken: 1 } });
    await peer.waitFor(({ method }) => method === '$/progress');
    peer.sendBytes('Content-Length: -1\r\n\r\n');
    expect(await server.ended).toBe(1);
    expect((await peer.waitFor(({ id }) => id === 1)).error?.code).toBe(ErrorCode.RequestCancelled);
  });

  test.for<[string, Buffer]>([
    ['within the headers', good.subarray(0, 10)],
    ['between headers and body', good.subarray(0, good.indexOf('{'))],
    ['within the body', good.subarray(0, good.length - 1)],
    ['within a body that is skipped', Buffer.from(`Content-Length: ${maxMessageBytes + 1}\r\n\r\nxx`)],
  ])('%s: a truncated message is answered, and the server ends with 1', async ([, bytes]) => {
    const { peer, server } = await connectInitialized();
    peer.sendBytes(bytes);
    peer.end();
    expect(await server.ended).toBe(1);
    expect((await peer.waitFor(({ id, error }) => id === null && error?.code === ErrorCode.ParseError)).error?.message).toContain('ended');
  });
});

describe('a message that can be passed over', () => {
  test.for<[string, string | Buffer, number, string | number | null]>([
    ['nothing', '', ErrorCode.ParseError, null],
    ['broken JSON', '{"jsonrpc":"2.0","id":1,', ErrorCode.ParseError, null],
    ['JSON with a comment', '{"jsonrpc":"2.0","id":1,"method":"shutdown"} // now', ErrorCode.ParseError, null],
    ['invalid UTF-8', Buffer.from([0x22, 0xC3, 0x28, 0x22]), ErrorCode.ParseError, null],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xED, 0xA0, 0x80, 0x22]), ErrorCode.ParseError, null],
    ['a number', '5', ErrorCode.InvalidRequest, null],
    ['null', 'null', ErrorCode.InvalidRequest, null],
    ['a string', '"initialize"', ErrorCode.InvalidRequest, null],
    ['an empty batch', '[]', ErrorCode.InvalidRequest, null],
    ['a batch', JSON.stringify([request(1), request(2)]), ErrorCode.InvalidRequest, null],
    ['deep nesting', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`, ErrorCode.InvalidRequest, null],
    ['deep nesting of objects without end', '{"a":'.repeat(1_000_000), ErrorCode.ParseError, null],
    ['an empty object', '{}', ErrorCode.InvalidRequest, null],
    ['no version', '{"id":1,"method":"error/resolve"}', ErrorCode.InvalidRequest, 1],
    ['another version', JSON.stringify(request(1, { jsonrpc: '1.0' })), ErrorCode.InvalidRequest, 1],
    ['a version that is a number', JSON.stringify(request(1, { jsonrpc: 2 })), ErrorCode.InvalidRequest, 1],
    ['no method', '{"jsonrpc":"2.0","id":"a"}', ErrorCode.InvalidRequest, 'a'],
    ['a method that is a number', JSON.stringify(request(1, { method: 7 })), ErrorCode.InvalidRequest, 1],
    ['a method that is an object', JSON.stringify(request(1, { method: {} })), ErrorCode.InvalidRequest, 1],
    ['a method that is null', JSON.stringify(request(1, { method: null })), ErrorCode.InvalidRequest, 1],
    ['an id that is null', JSON.stringify(request(null)), ErrorCode.InvalidRequest, null],
    ['an id that is an object', JSON.stringify(request({ toString: 1 })), ErrorCode.InvalidRequest, null],
    ['an id that is an array', JSON.stringify(request([1])), ErrorCode.InvalidRequest, null],
    ['an id that is a boolean', JSON.stringify(request(true)), ErrorCode.InvalidRequest, null],
    ['an id that is no finite number', '{"jsonrpc":"2.0","id":1e999,"method":"error/resolve"}', ErrorCode.InvalidRequest, null],
    ['parameters by position', JSON.stringify(request(1, { params: [5] })), ErrorCode.InvalidParams, 1],
    ['parameters that are a string', JSON.stringify(request(1, { params: 'x' })), ErrorCode.InvalidParams, 1],
    ['parameters with depth', `{"jsonrpc":"2.0","id":1,"method":"error/resolve","params":{"code":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`, ErrorCode.InvalidParams, 1],
  ])('%s: is answered, and the next request, too', async ([, body, code, id]) => {
    const { peer } = await connectInitialized();
    peer.sendBytes(Buffer.concat([frame(body), good]));
    expect((await peer.waitFor((message) => message.id === 'good')).result).toMatchObject({ symbol: 'E_ACCESSDENIED' });
    const answers = peer.messages.filter((message) => message.id !== 'good' && message.id !== 'initialize');
    expect(answers).toEqual([expect.objectContaining({ id, error: expect.objectContaining({ code }) as unknown })]);
  });

  test.for<[string, object]>([
    ['a cancellation without parameters', { jsonrpc: '2.0', method: '$/cancelRequest' }],
    ['a cancellation of null', { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: null } }],
    ['a cancellation of an object', { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: { toString: 'x' } } }],
    ['a cancellation by position', { jsonrpc: '2.0', method: '$/cancelRequest', params: [1] }],
    ['a cancellation of what does not run', { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 'none' } }],
    ['progress', { jsonrpc: '2.0', method: '$/progress' }],
    ['a trace', { jsonrpc: '2.0', method: '$/logTrace', params: null }],
    ['a notification of an unknown method', { jsonrpc: '2.0', method: 'image/explode', params: [1, 2] }],
    ['a notification of a known method', { jsonrpc: '2.0', method: 'image/mount', params: {} }],
    ['an answer to nothing', { jsonrpc: '2.0', id: 1, result: {} }],
    ['an error to nothing', { jsonrpc: '2.0', id: null, error: { code: 1, message: 'no' } }],
  ])('%s: is not answered, and the next request is', async ([, message]) => {
    const { peer } = await connectInitialized();
    peer.sendBytes(Buffer.concat([frame(message), good]));
    await peer.waitFor(({ id }) => id === 'good');
    expect(peer.messages.map(({ id }) => id)).toEqual(['initialize', 'good']);
  });

  test('an oversized one is refused at its header and never kept', async () => {
    const { peer } = await connectInitialized();
    const size = 40 * maxMessageBytes;
    peer.sendBytes(`Content-Length: ${size}\r\n\r\n`);
    expect((await peer.waitFor(({ id }) => id === null)).error?.code).toBe(ErrorCode.InvalidRequest);
    const chunk = Buffer.alloc(4 * 1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let sent = 0; sent < size; sent += chunk.length) {
      peer.sendBytes(chunk);
      await new Promise(setImmediate);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    peer.sendBytes(good);
    expect((await peer.waitFor(({ id }) => id === 'good')).error).toBeUndefined();
    expect(most).toBeLessThan(2 * maxMessageBytes);
  });

  test('one of just the limit is read', async () => {
    const { peer } = await connectInitialized();
    const empty = JSON.stringify(request('big', { more: '' }));
    peer.send(request('big', { more: 'x'.repeat(maxMessageBytes - empty.length) }));
    expect((await peer.waitFor(({ id }) => id === 'big')).result).toBeDefined();
  });
});

describe('two requests with one id', () => {
  test.for<[string, unknown, unknown]>([['a number', 1, 1], ['a string', 'a', 'a'], ['a number and the same digits', 1, '1']])(
    '%s: the second is refused, the first is answered', async ([, first, second]) => {
      const { peer } = await connectInitialized();
      const hang = { jsonrpc: '2.0', method: 'image/remount', params: { mountPath: '/hang' } };
      peer.sendBytes(Buffer.concat([frame({ ...hang, id: first }), frame(request(second)), frame({ ...hang, id: second, jsonrpc: 'x' })]));
      await peer.waitFor(({ id }) => id === null);
      peer.send({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: first } });
      expect((await peer.waitFor(({ id }) => id === first)).error?.code).toBe(ErrorCode.RequestCancelled);
      expect(peer.messages.filter(({ id }) => id === null).map(({ error }) => error?.code)).toEqual([ErrorCode.InvalidRequest, ErrorCode.InvalidRequest]);
      expect((await peer.request(first as number, 'error/resolve', { code: 5 })).id).toBe(first);
    });
});

describe('good messages in odd pieces', () => {
  const text = JSON.stringify({
    jsonrpc: '2.0', id: '\u{1F600}é', method: 'image/remount', params: { mountPath: '/mnt/\u{1F600}é' },
  });

  test('byte by byte, through the middle of characters', async () => {
    const { peer } = await connectInitialized();
    for (const byte of frame(text)) {
      peer.sendBytes(Buffer.from([byte]));
    }
    expect((await peer.waitFor(({ id }) => id === '\u{1F600}é')).result).toMatchObject({ path: '/mnt/\u{1F600}é' });
  });

  test.for<[string, Buffer]>([
    ['a byte order mark at the start of the stream', Buffer.concat([Buffer.from([0xEF, 0xBB, 0xBF]), good])],
    ['other headers', Buffer.concat([Buffer.from('Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n'), good])],
    ['another case and no space', Buffer.from(good.toString().replace('Content-Length: ', 'CONTENT-length:'))],
    ['spaces around the length', Buffer.from(good.toString().replace('Content-Length: ', 'Content-Length: \t ').replace('\r\n', ' \r\n'))],
  ])('%s', async ([, bytes]) => {
    const { peer } = connect();
    peer.sendBytes(bytes);
    expect((await peer.waitFor(({ id }) => id === 'good')).error?.code).toBe(ErrorCode.ServerNotInitialized);
  });
});

/** Small, seeded, good enough to choose bytes (mulberry32). */
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const seeds: readonly Buffer[] = [
  good,
  frame({ jsonrpc: '2.0', id: 1, method: 'image/getInfo', params: { imagePath: '/a.wim', imageIndex: 1 } }),
  frame({ jsonrpc: '2.0', id: 2, method: 'image/mount', params: { imagePath: '/progress=5/log', imageName: 'é', mountPath: '/mnt', workDoneToken: 't' } }),
  frame({ jsonrpc: '2.0', id: 3, method: 'image/remount', params: { mountPath: '/hang' } }),
  frame({ jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 3 } }),
  frame({ jsonrpc: '2.0', id: 4, method: 'initialize', params: { client: { name: 'a', version: 'b' }, protocolVersion: '1.0' } }),
  frame([request(1), request(2)]),
];

/** Changes bytes here and there, headers included. */
function mutateBytes(source: Buffer, pick: (limit: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(source);
  for (let count = pick(3); count >= 0; count -= 1) {
    const at = pick(bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (pick(7)) {
      case 0: bytes = Buffer.concat([head, Buffer.from([pick(256)]), tail]); break;
      case 1: bytes = Buffer.concat([head, tail.subarray(1)]); break;
      case 2: bytes = Buffer.concat([head, Buffer.from([pick(256)]), tail.subarray(1)]); break;
      case 3: bytes = Buffer.concat([head, tail.subarray(pick(tail.length + 1))]); break;
      case 4: bytes = Buffer.concat([tail, head]); break;
      case 5: bytes = Buffer.concat([head, seeds[pick(seeds.length)] ?? good, tail]); break;
      default: bytes = Buffer.concat([head, head.subarray(-pick(40) - 1), tail]);
    }
  }
  return bytes;
}

const tokens = ['null', '-1', '"x"', '[]', '{}', '1e999', 'true', '"__proto__"', '""', '"\\u0000"', '"$/cancelRequest"', '"id"', '"image/mount"'];

/** Changes the body, by bytes or by tokens, and gives it the right length again, to get beyond the framing. */
function mutateBody(source: Buffer, pick: (limit: number) => number): Buffer {
  const body = source.subarray(source.indexOf('\r\n\r\n') + 4);
  return frame(pick(3) === 0
    ? mutateBytes(body, pick)
    : body.toString('utf8').replace(/"[^"]*"|\d+/g, (token) => (pick(5) === 0 ? tokens[pick(tokens.length)] ?? token : token)));
}

describe('several thousand mutated frames', () => {
  test.for([1, 2, 3])('in frames of the right length, from seed %i: a request behind them is always answered', async (seed) => {
    const pick = random(seed);
    for (let round = 0; round < 200; round += 1) {
      const { peer, server } = await connectInitialized();
      const sent = Buffer.concat(Array.from({ length: 5 }, () => mutateBody(seeds[pick(seeds.length)] ?? good, pick)));
      const split = pick(sent.length + 1);
      peer.sendBytes(sent.subarray(0, split));
      await new Promise(setImmediate);
      peer.sendBytes(Buffer.concat([sent.subarray(split), frame(request('probe'))]));
      await peer.waitFor(({ id }) => id === 'probe').catch((error: unknown) => {
        throw new Error(`seed ${seed} round ${round}: ${sent.toString('base64')}`, { cause: error });
      });
      peer.end();
      expect(await server.ended).toBe(0);
      expect(peer.readErrors).toEqual([]);
    }
  });

  test.for([4, 5, 6])('in any bytes, from seed %i: the server answers or closes, and a new session works', async (seed) => {
    const pick = random(seed);
    let closed = 0;
    for (let round = 0; round < 300; round += 1) {
      const { peer, server } = await connectInitialized();
      const sent = mutateBytes(seeds[pick(seeds.length)] ?? good, pick);
      const split = pick(sent.length + 1);
      peer.sendBytes(sent.subarray(0, split));
      await new Promise(setImmediate);
      peer.sendBytes(sent.subarray(split));
      peer.end();
      const exitCode = await server.ended;
      expect([0, 1], `seed ${seed} round ${round}: ${sent.toString('base64')}`).toContain(exitCode);
      expect(peer.readErrors).toEqual([]);
      if (exitCode === 1) {
        closed += 1;
        await peer.waitFor(({ id }) => id === null);
      }
    }
    const { peer } = await connectInitialized();
    expect((await peer.request(1, 'error/resolve', { code: 5 })).result).toMatchObject({ symbol: 'E_ACCESSDENIED' });
    // Both kinds have to be among them, or the mutations are too weak or too strong.
    expect(closed).toBeGreaterThan(30);
    expect(closed).toBeLessThan(300);
  });
});
