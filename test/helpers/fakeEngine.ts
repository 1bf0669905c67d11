/** An engine without images that has every operation: what it does is said by the paths and names that a request has (see act). */
import type { EngineName, ImageInfo, ImageResult, MountedImage } from '@dismts/protocol';
import type { Engine, EngineOperations } from '../../sidecar/src/engine/engine.ts';
import type { OperationContext } from '../../sidecar/src/operationContext.ts';
import { act } from './fakeServicing/act.ts';
import { fakeAppxPackages } from './fakeServicing/appxPackages.ts';
import { fakeCapabilities } from './fakeServicing/capabilities.ts';
import { fakeDrivers } from './fakeServicing/drivers.ts';
import { fakeEditions } from './fakeServicing/editions.ts';
import { fakeFeatures } from './fakeServicing/features.ts';
import { fakeHealth } from './fakeServicing/health.ts';
import { fakeImageFiles } from './fakeServicing/imageFiles.ts';
import { fakePackages } from './fakeServicing/packages.ts';
import { imageAnswers } from './fakeServicing/session.ts';
import { fakeFirstBoot } from './fakeServicing/firstBoot.ts';
import { fakeRegistry } from './fakeServicing/registry.ts';
import { fakeSystem } from './fakeServicing/system.ts';

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

/** What a fake engine can be made to be, apart from what paths say. */
export interface FakeEngineOptions {
  /** Default: Portable. Only a Native one has a running system. */
  readonly name?: EngineName;
  readonly unsupported?: Readonly<Record<string, string>>;
}

/** Methods that a cancel stops, as the protocol says of each. */
const cancellable = [
  'image/getInfo', 'image/mount', 'image/commit', 'image/unmount', 'image/optimize', 'pendingActions/revert', 'image/applyCustomData', 'health/scan', 'health/restore',
  'health/cleanComponents', 'package/add', 'package/remove', 'feature/enable', 'feature/disable', 'driver/add', 'driver/export', 'capability/add',
  'capability/remove', 'capability/exportSource', 'edition/set', 'imageFile/capture', 'imageFile/append', 'imageFile/apply', 'imageFile/convert', 'imageFile/export',
  'imageFile/split', 'imageFile/remove', 'imageFile/getContent', 'imageFile/join', 'imageFile/optimize', 'imageFile/test', 'imageFile/extractItem',
  'imageFile/putItem', 'imageFile/captureCustom',
];

/** Makes a fake engine. */
export function createFakeEngine({ name = 'Portable', unsupported = {} }: FakeEngineOptions = {}) {
  const image = imageAnswers(name);
  const imageResult = (path: string, context: OperationContext): ImageResult => ({
    path, online: false, winPath: '', sysDrivePath: '', restartNeeded: false,
    logPath: context.log.path, scratchDirectory: context.scratchDirectory, logLevel: context.log.level, warnings: [],
  });
  return {
    name,
    unsupported,
    cancellable,
    getEnvironment: () => Promise.resolve({
      engine: name, ready: false, platform: 'linux', architecture: 'x64', elevated: true,
      stateDirectory: '/var/lib/dismts', logDirectory: '/var/log/dismts', executable: '/opt/dismts/dismts',
      checks: [
        { name: 'libwim', state: 'Ok', detail: '1.13.6', hint: '' },
        { name: 'FUSE', state: 'Missing', detail: '/dev/fuse does not exist', hint: 'Run "apt-get install fuse3".' },
      ],
    }),
    getImageInfo: async ({ imagePath, imageIndex, imageName }, context) => {
      await act(imagePath, context);
      const images = imagePath.includes('badresult')
        ? [{ ...sampleImage, imageIndex: -1 }]
        : [{ ...sampleImage, imagePath }, { ...sampleImage, imagePath, imageIndex: 2, imageName: 'Second', architecture: null, version: '' }];
      return {
        images: images.filter((image) => (imageIndex ?? image.imageIndex) === image.imageIndex && (imageName ?? image.imageName) === image.imageName),
        logPath: context.log.path,
      };
    },
    listMountedImages: (_params, context) => Promise.resolve({ mounts: sampleMounts, logPath: context.log.path }),
    mountImage: async ({ imagePath, imageIndex = 1, mountPath, readOnly = false }, context) => {
      await act(imagePath, context, 'Mounting');
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
    optimizeImage: (params, context) => image(params, context, { phase: 'Optimizing' }),
    applyCustomDataImage: async ({ customDataImage, imagePath }, context) => {
      await act(customDataImage, context, 'Applying custom data');
      await act(imagePath, context, 'Applying custom data');
      return imageResult(imagePath, context);
    },
    ...fakeImageFiles(),
    ...fakeHealth(image),
    ...fakePackages(image),
    ...fakeFeatures(image),
    ...fakeDrivers(image),
    ...fakeCapabilities(image),
    ...fakeEditions(image),
    ...fakeAppxPackages(image),
    ...fakeFirstBoot(image),
    ...fakeRegistry(image),
    ...fakeSystem(image),
  } satisfies Engine & EngineOperations;
}
