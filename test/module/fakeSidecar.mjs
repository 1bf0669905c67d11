/**
 * A sidecar with scripted answers for the tests of the module: `node fakeSidecar.mjs RECORD [SCENARIO [FRAMES]]`.
 * Every message that arrives is appended to the file RECORD, one JSON text a line, with the process id before it.
 * Most behaviours are chosen by the last part of the request's path (`/fake/hang.wim`, mount folder `/fake/crash`) or a name;
 * SCENARIO is for those of the start.
 * With SCENARIO `replay` it plays the server's part of FRAMES, a file of test/fixtures/rpc.
 */
import { appendFileSync, readFileSync } from 'node:fs';

const [recordPath, scenario = '', framesPath] = process.argv.slice(2);
const pending = new Map();
let buffered = Buffer.alloc(0);

process.on('SIGINT', () => {});
process.stdin.on('data', (chunk) => {
  buffered = Buffer.concat([buffered, chunk]);
  for (;;) {
    const headerEnd = buffered.indexOf('\r\n\r\n');
    if (headerEnd < 0) return;
    const length = Number(/Content-Length: (\d+)/.exec(buffered.toString('latin1', 0, headerEnd))[1]);
    if (buffered.length < headerEnd + 4 + length) return;
    const body = buffered.toString('utf8', headerEnd + 4, headerEnd + 4 + length);
    buffered = buffered.subarray(headerEnd + 4 + length);
    receive(JSON.parse(body));
  }
});
process.stdin.on('end', () => { if (scenario !== 'ignoresEnd') process.exit(0); });
if (scenario === 'ignoresEnd') setInterval(() => {}, 1000);
if (scenario === 'diesAtStart') {
  process.stderr.write('error while loading shared libraries: libwim.so.15\n', () => process.exit(127));
}

function frame(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

function send(message, then) {
  process.stdout.write(frame(message), then);
}

function progress(token, phase, current, total) {
  if (token !== undefined) send({ method: '$/progress', params: { token, value: { phase, current, total } } });
}

function dismError(symbol, nativeCode, category, message, more = {}) {
  return { code: 1, message, data: { source: 'dismapi', symbol, nativeCode, category, operation: 'image/getInfo', ...more } };
}

const imageResult = (path) => ({
  path, online: false, winPath: '', sysDrivePath: '', restartNeeded: false, logPath: '', scratchDirectory: '', logLevel: 'WarningsInfo', warnings: [],
});

function image(imagePath, imageIndex, imageName) {
  return {
    imagePath, imageIndex, imageName, imageDescription: 'described', imageSize: 5_000_000_000, imageType: 'Wim', wimBoot: false, imageBootable: 'No', architecture: 9,
    hal: 'acpiapic', version: '10.0.26100.1', majorVersion: 10, minorVersion: 0, build: 26100, spBuild: 1, spLevel: 0, editionId: 'Professional',
    installationType: 'Client', productName: 'Windows', productType: 'WinNT', productSuite: 'Terminal Server', systemRoot: 'WINDOWS', directoryCount: 10,
    fileCount: 20, createdTime: '2024-04-01T10:11:12.000Z', modifiedTime: '2024-12-01T01:02:03.456Z', languages: ['en-US', 'de-DE'], defaultLanguageIndex: 1,
  };
}

const mounts = [
  { path: '/fake/one', imagePath: '/fake/a.wim', imageIndex: 1, mountMode: 'ReadWrite', mountStatus: 'Ok', statusReason: '' },
  { path: '/fake/two files', imagePath: '/fake/b.wim', imageIndex: 2, mountMode: 'ReadOnly', mountStatus: 'NeedsRemount', statusReason: 'Its server is gone' },
  { path: '/fake/three', imagePath: '/fake/c.wim', imageIndex: 1, mountMode: 'ReadWrite', mountStatus: 'Invalid', statusReason: 'The file is gone' },
];

/** Behaviours by name; each gets the request and a function that answers it. */
const behaviours = {
  // Never answers, but does answer a cancel.
  hang: ({ id, params }) => {
    progress(params.workDoneToken, 'Writing', 1, 4);
    pending.set(id, () => { send({ id, error: cancelled() }); });
  },
  // Answers a cancel after half a second of cleaning up.
  slowCancel: ({ id }) => {
    pending.set(id, () => { setTimeout(() => { send({ id, error: cancelled() }); }, 500); });
  },
  // Is done before the cancel can stop it.
  late: ({ id, params }) => { pending.set(id, () => { send({ id, result: imageResult(params.mountPath) }); }); },
  // The cancel finds it failed.
  lateFailure: ({ id, params }) => {
    pending.set(id, () => { send({ id, error: dismError('ERROR_DISK_FULL', -2147024784, 'WriteError', `Cannot save "${params.mountPath}": the disk is full`) }); });
  },
  deaf: ({ id }) => { pending.set(id, () => {}); },
  crash: () => { process.stderr.write('node: out of luck\n', () => process.exit(99)); },
  garbage: () => { process.stdout.write('Segmentation fault\n'); },
  badJson: () => { process.stdout.write('Content-Length: 3\r\n\r\n{x}'); },
  badHeader: () => { process.stdout.write('Content-Type: text/plain\r\n\r\n'); },
  huge: () => { process.stdout.write('Content-Length: 999999999\r\n\r\n'); },
  refused: () => { send({ id: null, error: { code: -32700, message: 'Parse error' } }); },
  flood: ({ id, params }) => {
    for (let current = 0; current < 5000; current++) progress(params.workDoneToken, 'Writing', current, 5000);
    progress(params.workDoneToken, 'Finishing', 7, 0);
    send({ id, result: imageResult(params.mountPath) });
  },
  // Progress for a second: overshoots its total, and has tokens that are nobody's.
  steps: ({ id, params }) => {
    let step = 0;
    const timer = setInterval(() => {
      progress('nobody', 'Writing', 1, 2);
      progress(params.workDoneToken, step < 5 ? 'Collecting changes' : 'Writing', step * 30, 200);
      if (++step < 10) return;
      clearInterval(timer);
      send({ id, result: imageResult(params.mountPath) });
    }, 100);
  },
  noisy: ({ id, params }) => {
    process.stderr.write('x'.repeat(1_000_000) + 'the end', () => { send({ id, result: { images: [image(params.imagePath, 1, 'quiet')], logPath: '' } }); });
  },
  big: ({ id, params }) => {
    send({ id, result: { images: Array.from({ length: 3000 }, (_, i) => image(params.imagePath, i + 1, `Image ${i + 1} \u00e4\u{1F4BF}`)), logPath: '' } });
  },
  // One frame in many small pieces, cut within characters.
  pieces: ({ id, params }) => {
    const bytes = frame({ id, result: { images: [image(params.imagePath, 1, 'Gr\u00fc\u00dfe \u{1F4BF}')], logPath: '' } });
    let at = 0;
    const next = () => { if (at < bytes.length) process.stdout.write(bytes.subarray(at, at += 7), () => setImmediate(next)); };
    next();
  },
  // An answer in one write with a notification before it and another after it.
  together: ({ id, params }) => {
    process.stdout.write(Buffer.concat([
      frame({ method: '$/progress', params: { token: 'x', value: {} } }),
      frame({ id, result: { images: [image(params.imagePath, 1, 'together')], logPath: '' } }),
      frame({ method: '$/progress', params: { token: 'x', value: {} } }),
    ]));
  },
  dateName: ({ id, params }) => { send({ id, result: { images: [{ ...image(params.imagePath, 1, '2024-04-01T10:11:12Z'), createdTime: null, architecture: null }], logPath: '' } }); },
  notFound: ({ id, params }) => {
    send({ id, error: dismError('DISMAPI_E_INVALID_IMAGE_INDEX', -1073479675, 'ObjectNotFound', `Cannot read "${params.imagePath}": image index 9 does not exist`,
      { target: params.imagePath, hint: 'List the images first.', logPath: '/fake/log.txt' }) });
  },
  busy: ({ id, params }) => {
    send({ id, error: dismError('WIM_E_UNMOUNT_INCOMPLETE', -1052638953, 'ResourceBusy', `Cannot unmount "${params.mountPath}": files are open`,
      { target: params.mountPath, holders: [{ pid: 42, program: 'bash' }] }) });
  },
  refusedName: ({ id }) => {
    const issues = [{ path: 'imageName', message: 'Too big' }, { path: 'imagePath.0', message: 'must be an absolute path (it is "a \\"imageName")' }, { path: '', message: 'give one of imageName and imageIndex' }];
    send({ id, error: { code: -32602, message: 'The parameters of "image/getInfo" are invalid: imageName: Too big', data: { issues } } });
  },
  invalidParams: ({ id }) => { send({ id, error: { code: -32602, message: 'Invalid parameters: imagePath must be an absolute path', data: { issues: [] } } }); },
  bug: ({ id }) => { send({ id, error: { code: -32603, message: 'x is not a function' } }); },
  warns: ({ id, params }) => { send({ id, result: { ...imageResult(params.mountPath), warnings: ['One file was too long'] } }); },
  restart: ({ id, params }) => {
    const results = [{ packageFile: params.packagePath, restartNeeded: true, failure: null }];
    send({ id, result: { ...imageResult(params.mountPath ?? params.path), restartNeeded: true, ...params.packagePath === undefined ? {} : { results } } });
  },
  unknown: ({ id, method }) => { send({ id, error: dismError('DISMAPI_E_UNKNOWN_FEATURE', -2146498548, 'ObjectNotFound', 'There is no such feature', { operation: method }) }); },
  // Stops reading, so that the pipe fills up.
  stopsReading: () => { process.stdin.pause(); },
};

const defaults = {
  'image/getInfo': ({ id, params }) => {
    const all = [image(params.imagePath, 1, 'First'), image(params.imagePath, 2, 'Second')];
    const chosen = all.filter((one) => (params.imageIndex ?? one.imageIndex) === one.imageIndex && (params.imageName ?? one.imageName) === one.imageName);
    send({ id, result: { images: chosen, logPath: '' } });
  },
  'image/listMounted': ({ id }) => { send({ id, result: { mounts, logPath: '' } }); },
  'image/mount': ({ id, params }) => {
    send({ id, result: { ...imageResult(params.mountPath), imagePath: params.imagePath, imageIndex: params.imageIndex ?? 1, mountMode: params.readOnly ? 'ReadOnly' : 'ReadWrite' } });
  },
  'image/remount': ({ id, params }) => { send({ id, result: imageResult(params.mountPath) }); },
  'image/commit': ({ id, params }) => { send({ id, result: { ...imageResult(params.mountPath), imageIndex: params.append ? 2 : 1 } }); },
  'image/unmount': ({ id, params }) => { send({ id, result: imageResult(params.mountPath) }); },
  'image/cleanupMountPoints': ({ id, params }) => {
    send({ id, result: { removed: params.validateOnly ? [] : mounts.filter((mount) => mount.mountStatus === 'Invalid'), logPath: '/fake/clean.log', warnings: [] } });
  },
  'environment/get': ({ id }) => {
    send({ id, result: {
      engine: 'Portable', ready: false, platform: 'linux', architecture: 'x64', elevated: true, stateDirectory: '/s', logDirectory: '/l', executable: '/x',
      checks: [{ name: 'libwim', state: 'Ok', detail: '1.14', hint: '' }, { name: 'FUSE', state: 'Missing', detail: 'no /dev/fuse', hint: 'Install fuse3.' }],
    } });
  },
  'error/resolve': ({ id, params }) => {
    const hex = (params.code >>> 0).toString(16).toUpperCase().padStart(8, '0');
    send({ id, result: { known: true, nativeCode: params.code | 0, hex: `0x${hex}`, symbol: 'SYMBOL', category: 'ResourceBusy', meaning: 'meaning', hint: 'hint' } });
  },
};

/** Answers about what is in an image, as they were recorded; anything that asks for details gets the advanced form. */
function answerRecorded({ id, method, params }) {
  const detailed = params.detailed || params.packageName !== undefined || params.featureName !== undefined || params.name !== undefined;
  const recordings = {
    'health/check': 'health-check', 'health/scan': 'health-scan', 'health/restore': params.path?.endsWith('lacking') ? 'health-restore-failure' : 'health-restore',
    'package/get': detailed ? 'package-get-name' : 'package-get', 'feature/get': detailed ? 'feature-get-detailed' : 'feature-get',
    'driver/get': params.driver === undefined && params.infPath === undefined ? 'driver-get' : 'driver-get-driver',
    'capability/get': detailed ? 'capability-get-name' : 'capability-get', 'edition/get': 'edition-get',
  };
  const recording = JSON.parse(readFileSync(new URL(`../fixtures/rpc/${recordings[method] ?? method.replace('/', '-')}.json`, import.meta.url), 'utf8'));
  const { result } = recording.exchange.find(({ from, message }) => from === 'server' && message.result !== undefined).message;
  const ofImage = params.path !== undefined || params.online !== undefined;
  send({ id, result: { ...result, ...(ofImage ? { path: params.path ?? '', online: params.online ?? false } : {}) } });
}

function cancelled() {
  return { code: -32800, message: 'The operation was cancelled', data: { source: 'dismapi', symbol: 'ERROR_CANCELLED', nativeCode: -2147023673, category: 'OperationStopped', operation: 'x' } };
}

function initialize({ id, params }) {
  if (scenario === 'silent') return;
  if (scenario === 'refusesVersion') {
    send({ id, error: { code: 1, message: 'Cannot serve protocol 1.0: this executable speaks 2.0', data: {
      source: 'dismts', symbol: 'DISMTS_E_PROTOCOL_VERSION', nativeCode: -2147023258, category: 'InvalidOperation', operation: 'initialize', hint: 'Install DismTs again.' } } });
    return;
  }
  send({ id, result: {
    server: { name: 'fake', version: '9.9.9' }, protocolVersion: scenario === 'otherVersion' ? '2.0' : '1.7',
    engine: params.engine === 'Auto' ? 'Portable' : params.engine, capabilities: { methods: [], unsupported: [], cancellable: [] },
  } });
}

const replay = { exchange: framesPath ? JSON.parse(readFileSync(framesPath, 'utf8')).exchange : [], ids: new Map(), tokens: new Map() };

/** Takes a message for the next one of the recorded client, and sends what the recorded server answered, with this client's ids and tokens. */
function replayAfter(message) {
  const { message: recorded } = replay.exchange.shift();
  if (recorded.id !== undefined) replay.ids.set(recorded.id, message.id);
  if (recorded.params?.workDoneToken !== undefined) replay.tokens.set(recorded.params.workDoneToken, message.params.workDoneToken);
  while (replay.exchange[0]?.from === 'server') {
    const { message: answer } = replay.exchange.shift();
    if (answer.id !== undefined) answer.id = replay.ids.get(answer.id) ?? answer.id;
    if (answer.params?.token !== undefined) answer.params.token = replay.tokens.get(answer.params.token);
    send(answer);
  }
}

function receive(message) {
  appendFileSync(recordPath, `${process.pid} ${JSON.stringify(message)}\n`);
  if (replay.exchange[0]?.message?.method === message.method) return replayAfter(message);
  if (message.method === 'initialize') return initialize(message);
  if (message.method === '$/cancelRequest') return pending.get(message.params.id)?.();
  if (message.method === 'test/environment') return send({ id: message.id, result: { nodeVariables: Object.keys(process.env).filter((name) => /^NODE_/i.test(name)), cwd: process.cwd(), arguments: process.argv.slice(2) } });
  const { imagePath, mountPath, path, featureName, packagePath, driver } = message.params ?? {};
  const names = [imagePath, mountPath, path, featureName, packagePath, driver].map((text) => text?.split(/[\\/]/).pop().replace(/\.(?:wim|cab|inf)$/, ''));
  const name = names.find((candidate) => Object.hasOwn(behaviours, candidate));
  (behaviours[name] ?? defaults[message.method] ?? answerRecorded)(message);
}
