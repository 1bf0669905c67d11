/** An engine without images: what it does is said by the path that a request names. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageInfo, ImageResult, MountedImage } from '@dismts/protocol';
import type { Engine, OperationContext } from '../../sidecar/src/engine/engine.ts';
import { CancelledError, DismError, UnsupportedError, WimError } from '../../sidecar/src/errors.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';
import { fakeServicing } from './fakeServicing.ts';

/** An image with values that catch mistakes: beyond 32 bits, beyond ASCII, and a field that is not known. */
export const sampleImage: ImageInfo = {
  imagePath: '/images/install.wim',
  imageIndex: 1,
  imageName: 'Windows 11 Pro \u{1F600} é',
  imageDescription: 'Windows 11 Pro',
  imageSize: 16_106_127_360,
  imageType: 'Wim',
  wimBoot: false,
  imageBootable: 'No',
  architecture: 9,
  hal: '',
  version: '10.0.26100.1742',
  majorVersion: 10,
  minorVersion: 0,
  build: 26100,
  spBuild: 1742,
  spLevel: 0,
  editionId: 'Professional',
  installationType: 'Client',
  productName: 'Microsoft® Windows® Operating System',
  productType: 'WinNT',
  productSuite: 'Terminal Server',
  systemRoot: 'WINDOWS',
  directoryCount: 27_000,
  fileCount: 120_000,
  createdTime: '2024-09-06T05:14:36.000Z',
  modifiedTime: null,
  languages: ['en-US', 'de-DE'],
  defaultLanguageIndex: 0,
};

/** Mounts in each status. */
export const sampleMounts: MountedImage[] = [
  { path: '/mnt/a', imagePath: '/images/install.wim', imageIndex: 1, mountMode: 'ReadWrite', mountStatus: 'Ok', statusReason: '' },
  {
    path: '/mnt/b', imagePath: '/images/install.wim', imageIndex: 2, mountMode: 'ReadOnly', mountStatus: 'NeedsRemount',
    statusReason: 'The process that served it has ended',
  },
  {
    path: '/mnt/c', imagePath: '/images/gone.wim', imageIndex: 1, mountMode: 'ReadWrite', mountStatus: 'Invalid',
    statusReason: 'The file "/images/gone.wim" does not exist',
  },
];

/**
 * The words of `path` (its parts between slashes, dots and commas) that mean something:
 * - `error=C0040005` fails with that code, `busy` with the holders of the mount, and `wimerror`, `unsupported`, `bug`, `badresult` as they say;
 * - `crash` throws where nobody can catch it, `noise` prints where nothing may be printed;
 * - `progress=1000` reports that often at once, `log` writes a line a level;
 * - `hang` waits until it is cancelled, `stubborn` too, but then it succeeds; both leave the files `started` and `cleaned-up` in the
 *   scratch folder, where there is one.
 */
async function act(path: string, context: OperationContext): Promise<void> {
  const words = new Map<string, string | undefined>();
  for (const word of path.split(/[/.,]/)) {
    const [name = '', value] = word.split('=');
    words.set(name, value);
  }
  const steps = Number(words.get('progress') ?? 0);
  for (let step = 1; step <= steps; step += 1) {
    context.progress('Writing', step, steps);
  }
  if (words.has('log')) {
    context.log.error('An error line');
    context.log.warning('A warning line');
    context.log.info('An info line');
    context.log.debug('A debug line');
  }
  if (words.has('noise')) {
    makeNoise();
  }
  if (words.has('crash')) {
    setImmediate(() => { throw new Error('crash as asked'); });
    await aborted(context.signal);
  }
  if (words.has('hang') || words.has('stubborn')) {
    await mark(context, 'started');
    context.progress('Mounting', 0, 0);
    await aborted(context.signal);
    await mark(context, 'cleaned-up');
    if (words.has('hang')) {
      throw new CancelledError(context.operation);
    }
  }
  failAsAsked(words, path);
}

function failAsAsked(words: ReadonlyMap<string, string | undefined>, path: string): void {
  const code = words.get('error');
  if (code !== undefined) {
    throw new DismError(Number.parseInt(code, 16), `Cannot use "${path}": error ${code} was asked for`, { target: path });
  }
  if (words.has('busy')) {
    throw new DismError(Hresult.WIM_E_UNMOUNT_INCOMPLETE, `Cannot unmount "${path}": 2 processes use it`, {
      target: path, holders: [{ pid: 4711, program: 'bash' }, { pid: 4712, program: 'explorer' }],
    });
  }
  if (words.has('wimerror')) {
    throw new WimError('WIMLIB_ERR_MQUEUE', `Cannot use "${path}": a POSIX message queue could not be used`, { target: path });
  }
  if (words.has('unsupported')) {
    throw new UnsupportedError(`Cannot use "${path}": only the Native engine can`, { target: path });
  }
  if (words.has('bug')) {
    throw new TypeError('bug as asked');
  }
}

function makeNoise(): void {
  /* eslint-disable no-console */
  console.log('noise');
  console.error('noise');
  console.trace('noise');
  /* eslint-enable no-console */
  process.stdout.write('noise');
  process.stderr.write('noise');
  process.emitWarning('noise');
}

async function mark(context: OperationContext, name: string): Promise<void> {
  if (context.scratchDirectory !== '') {
    await writeFile(join(context.scratchDirectory, name), '');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => {
        resolve();
      });
    }
  });
}

/** What a fake engine can be made to be, apart from what paths say. */
export interface FakeEngineOptions {
  readonly unsupported?: Readonly<Record<string, string>>;
}

/** Makes a fake engine. */
export function createFakeEngine({ unsupported = {} }: FakeEngineOptions = {}) {
  const imageResult = (path: string, context: OperationContext): ImageResult => ({
    path, online: false, winPath: '', sysDrivePath: '', restartNeeded: false,
    logPath: context.log.path, scratchDirectory: context.scratchDirectory, logLevel: context.log.level, warnings: [],
  });
  return {
    name: 'Portable' as const,
    unsupported,
    cancellable: ['image/getInfo', 'image/mount', 'image/commit', 'image/unmount'],
    getEnvironment: () => Promise.resolve({
      engine: 'Portable', ready: false, platform: 'linux', architecture: 'x64', elevated: true,
      stateDirectory: '/var/lib/dismts', logDirectory: '/var/log/dismts', executable: '/opt/dismts/dismts',
      checks: [
        { name: 'libwim', state: 'Ok', detail: '1.13.6', hint: '' },
        { name: 'FUSE', state: 'Missing', detail: '/dev/fuse does not exist', hint: 'Run "apt-get install fuse3".' },
      ],
    }),
    getImageInfo: async ({ imagePath, imageIndex, imageName }, context) => {
      await act(imagePath, context);
      const images = imagePath.includes('badresult')
        ? [{ ...sampleImage, imageIndex: 0 }]
        : [{ ...sampleImage, imagePath }, { ...sampleImage, imagePath, imageIndex: 2, imageName: 'Second', architecture: null, version: '' }];
      return {
        images: images.filter((image) => (imageIndex ?? image.imageIndex) === image.imageIndex && (imageName ?? image.imageName) === image.imageName),
        logPath: context.log.path,
      };
    },
    listMountedImages: (_params, context) => Promise.resolve({ mounts: sampleMounts, logPath: context.log.path }),
    mountImage: async ({ imagePath, imageIndex = 1, mountPath, readOnly = false }, context) => {
      await act(imagePath, context);
      return { ...imageResult(mountPath, context), imagePath, imageIndex, mountMode: readOnly ? 'ReadOnly' : 'ReadWrite' };
    },
    remountImage: async ({ mountPath }, context) => {
      await act(mountPath, context);
      return imageResult(mountPath, context);
    },
    commitImage: async ({ mountPath, append = false }, context) => {
      await act(mountPath, context);
      return { ...imageResult(mountPath, context), imageIndex: append ? 3 : 1 };
    },
    unmountImage: async ({ mountPath }, context) => {
      await act(mountPath, context);
      return imageResult(mountPath, context);
    },
    cleanupMountPoints: (_params, context) => Promise.resolve({
      removed: sampleMounts.filter(({ mountStatus }) => mountStatus === 'Invalid'), logPath: context.log.path, warnings: [],
    }),
    ...fakeServicing(act),
  } satisfies Engine;
}
