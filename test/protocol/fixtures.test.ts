/**
 * The recorded frames of test/fixtures/rpc: played again, they are the same; and every message fits its schema. PowerShell's tests read
 * the same files, so the two sides cannot drift apart. `npx vitest run test/protocol --update=all` records them anew.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  dismErrorDataSchema, ErrorCode, invalidParamsDataSchema, methods, progressMethod, progressParamsSchema, type EngineName,
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
  /** Name of the engine; default: Portable. */
  readonly engine?: EngineName;
  readonly steps: readonly Step[];
}

const call = (id: number | string, method: string, params?: unknown): RawMessage =>
  ({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
const notify = (method: string, params?: unknown): RawMessage => ({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) });

const client = { name: 'DismTs', version: '0.1.0' };
const initializeParams = { client, protocolVersion: '1.0', engine: 'Auto', logLevel: 'WarningsInfo' };
const mountParams = { imagePath: '/images/install.wim', imageIndex: 1, mountPath: '/mnt/a' };

/** What the recordings have in place of every log file: real names hold the time and the process. */
const recordedLogPath = '/var/log/dismts/20260102-030405-operation-1234-1.log';

/** A log file with times that are the same in every time zone. */
function sampleLog(): string {
  const at = (second: number): string => {
    const time = new Date(Date.UTC(2026, 0, 2, 3, 4, second));
    const two = (value: number): string => String(value).padStart(2, '0');
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  };
  return [
    `${at(1)}.000, Info  DISMTS  PID=1 image/mount: DismTs 0.1.0, Native engine, {}`,
    `${at(5)}.250, Info  DISMTS  PID=1234 package/add: DismTs 0.1.0, Native engine, {"online":true}`,
    `${at(6)}, Info                  DISM   API: PID=1234 TID=5678 Enter DismAddPackageInternal - DismAddPackageInternal`,
    `${at(7)}, Error                 CBS    Failed to open package. [HRESULT = 0x800f0805 - CBS_E_INVALID_PACKAGE]`,
    '  with a second line \u00E9',
    '[1234.5678] [0x80070002] FIOReadFileIntoBuffer:(1381): The system cannot find the file specified.',
    `${at(8)}.001, Error  DISMTS  PID=1234 package/add: Cannot add "/a.cab": it is no package (CBS_E_INVALID_PACKAGE, 0x800F0805)`,
    '',
  ].join('\r\n');
}

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
    description: 'A signed code, a bare Win32 number, a code that is not in the table, a symbol, and one that is none',
    steps: [
      [call(1, 'error/resolve', { code: 0xC1420117 | 0 }), 1], [call(2, 'error/resolve', { code: 5 }), 1], [call(3, 'error/resolve', { code: 0xC1420155 }), 1],
      [call(4, 'error/resolve', { symbol: 'E_ACCESSDENIED' }), 1], [call(5, 'error/resolve', { symbol: 'E_NONE' }), 1],
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
  'feature-get-detailed': { description: 'Everything about all features', steps: [[call(1, 'feature/get', { path: '/mnt/a', detailed: true, like: '*' }), 1]] },
  'driver-get': { description: 'All drivers', steps: [[call(1, 'driver/get', { path: '/mnt/a', all: true }), 1]] },
  'driver-get-driver': { description: 'One driver, for each of its devices', steps: [[call(1, 'driver/get', { path: '/mnt/a', driver: 'oem0.inf' }), 1]] },
  'capability-get': { description: 'All capabilities', steps: [[call(1, 'capability/get', { path: '/mnt/a' }), 1]] },
  'capability-get-name': {
    description: 'Everything about one capability', steps: [[call(1, 'capability/get', { path: '/mnt/a', name: 'OpenSSH.Client~~~~0.0.1.0' }), 1]],
  },
  'edition-get': { description: 'The edition', steps: [[call(1, 'edition/get', { path: '/mnt/a' }), 1]] },
  'image-optimize': {
    description: 'An image prepared for a way of booting', steps: [[call(1, 'image/optimize', { path: '/mnt/a', optimizationTarget: 'WIMBoot' }), 1]],
  },
  'image-applyCustomData': {
    description: 'A custom data image', steps: [[call(1, 'image/applyCustomData', { customDataImage: '/images/data.ppkg', imagePath: '/mnt/a', singleInstance: true }), 1]],
  },
  'imageFile-capture': {
    description: 'A folder captured, with everything asked for',
    steps: [[call(1, 'imageFile/capture', {
      imagePath: '/images/new.wim', capturePath: '/mnt/golden', imageName: 'Golden \u{1F600}', description: 'An "image"', compressionType: 'Max',
      configFilePath: '/images/WimScript.ini', checkIntegrity: true, verify: true, noRpFix: true, setbootable: true, supportEa: true, wimBoot: true,
    }), 1]],
  },
  'imageFile-capture-whatIf': {
    description: 'What capturing a folder would write',
    steps: [[call(1, 'imageFile/capture', { imagePath: '/images/new.wim', capturePath: '/mnt/golden', imageName: 'Golden', validateOnly: true }), 1]],
  },
  'imageFile-capture-cancel': {
    description: 'A capture that is cancelled while it runs',
    steps: [
      [call(1, 'imageFile/capture', { imagePath: '/hang/new.wim', capturePath: '/mnt/golden', imageName: 'Golden', workDoneToken: 5 }), 1],
      [notify('$/cancelRequest', { id: 1 }), 1],
    ],
  },
  'imageFile-append': {
    description: 'An image added to a file',
    steps: [[call(1, 'imageFile/append', { imagePath: '/images/install.wim', capturePath: '/mnt/golden', imageName: 'Golden', checkIntegrity: true }), 1]],
  },
  'imageFile-apply': {
    description: 'An image of a split WIM applied to a volume, once it was looked at what can be known before',
    steps: [true, undefined].map((validateOnly, index) => [call(index + 1, 'imageFile/apply', {
      imagePath: '/images/install.swm', splitImageFilePattern: '/images/install*.swm', imageName: 'Second', applyPath: '/dev/sdb1', verify: true, noRpFix: true,
      checkIntegrity: true, compact: true, confirmTrustedFile: true, supportEa: true, wimBoot: true, ...validateOnly === true ? { validateOnly } : {},
    }), 1] as const),
  },
  'imageFile-convert': {
    description: 'An image made a virtual disk, and a virtual disk made an image',
    steps: [
      [call(1, 'imageFile/convert', { imagePath: '/images/install.wim', imageIndex: 2, destinationImagePath: '/vm/new.vhdx', sizeBytes: 137_438_953_472 }), 1],
      [call(2, 'imageFile/convert', {
        imagePath: '/vm/golden.vhdx', imageIndex: 1, partition: 3, destinationImagePath: '/images/golden.wim', destinationName: 'Golden', compressionType: 'Max',
        checkIntegrity: true, verify: true,
      }), 1],
    ],
  },
  'imageFile-export': {
    description: 'All images of an ESD as WIM, and one of them under another name',
    steps: [
      [call(1, 'imageFile/export', { sourceImagePath: '/images/install.esd', sourceIndexes: '*', destinationImagePath: '/images/new.wim', compressionType: 'Max' }), 1],
      [call(2, 'imageFile/export', {
        sourceImagePath: '/images/install.esd', sourceName: 'Second', destinationImagePath: '/images/new.wim', destinationName: 'Another', checkIntegrity: true, setbootable: true,
      }), 1],
    ],
  },
  'imageFile-split': {
    description: 'A file split for FAT32',
    steps: [[call(1, 'imageFile/split', { imagePath: '/images/install.wim', splitImagePath: '/usb/sources/install.swm', fileSize: 3800 }), 1]],
  },
  'imageFile-remove': { description: 'An image removed', steps: [[call(1, 'imageFile/remove', { imagePath: '/images/install.wim', imageIndex: 2 }), 1]] },
  'imageFile-getContent': {
    description: 'The paths in an image, in two portions',
    steps: [
      [call(1, 'imageFile/getContent', { imagePath: '/images/install.wim', imageIndex: 1 }), 1],
      [call(2, 'imageFile/getContent', { imagePath: '/images/install.wim', imageIndex: 1, first: 3 }), 1],
    ],
  },
  'imageFile-join': {
    description: 'Parts joined',
    steps: [[call(1, 'imageFile/join', { imagePath: '/images/install.swm', splitImageFilePattern: '/images/install*.swm', destinationImagePath: '/images/new.wim' }), 1]],
  },
  'imageFile-optimize': {
    description: 'A file written anew',
    steps: [[call(1, 'imageFile/optimize', { imagePath: '/images/install.wim', recompress: true, compressionType: 'Recovery', checkIntegrity: true }), 1]],
  },
  'imageFile-set': {
    description: 'What a file says of an image, and which it boots',
    steps: [
      [call(1, 'imageFile/set', {
        imagePath: '/images/install.wim', imageIndex: 1, newName: 'New', description: '', displayName: 'Shown', displayDescription: 'Shown, too', flags: 'Professional',
      }), 1],
      [call(2, 'imageFile/set', { imagePath: '/images/boot.wim', bootIndex: 2, checkIntegrity: true }), 1],
    ],
  },
  'imageFile-test': {
    description: 'A whole file, and a damaged one',
    steps: [
      [call(1, 'imageFile/test', { imagePath: '/images/install.wim' }), 1],
      [call(2, 'imageFile/test', { imagePath: '/images/damaged.swm', splitImageFilePattern: '/images/damaged*.swm' }), 1],
    ],
  },
  'imageFile-extractItem': {
    description: 'A file of an image copied out',
    steps: [[call(1, 'imageFile/extractItem', {
      imagePath: '/images/install.wim', imageIndex: 1, itemPath: '\\Windows\\System32\\license.rtf', destination: '/tmp/license.rtf',
    }), 1]],
  },
  'imageFile-putItem': {
    description: 'A file of an image replaced',
    steps: [[call(1, 'imageFile/putItem', {
      imagePath: '/images/install.wim', imageName: 'Second', itemPath: '\\autounattend.xml', source: '/answers/autounattend.xml', replace: true, checkIntegrity: true,
    }), 1]],
  },
  'imageFile-captureCustom': {
    description: 'The custom image of a WIMBoot installation',
    steps: [[call(1, 'imageFile/captureCustom', { capturePath: '/mnt/a', configFilePath: '/images/WimScript.ini', checkIntegrity: true, verify: true }), 1]],
  },
  'wimBoot-getEntries': { description: 'WIM files that a volume points into', steps: [[call(1, 'wimBoot/getEntries', { path: '/mnt/a' }), 1]] },
  'wimBoot-updateEntry': {
    description: 'A WIM file that has moved',
    steps: [[call(1, 'wimBoot/updateEntry', { path: '/mnt/a', dataSourceId: '-9223372036854775808', imagePath: '/images/install.wim' }), 1]],
  },
  'pendingActions-revert': { description: 'What waited for the next start taken back', steps: [[call(1, 'pendingActions/revert', { path: '/mnt/a' }), 1]] },
  'health-cleanComponents': {
    description: 'Superseded components removed', steps: [[call(1, 'health/cleanComponents', { path: '/mnt/a', resetBase: true, defer: true }), 1]],
  },
  'package-get-file': {
    description: 'Everything about a package file', steps: [[call(1, 'package/get', { path: '/mnt/a', packagePath: '/updates/kb5043080.cab' }), 1]],
  },
  'package-add': {
    description: 'A package file added, with progress; a restart completes it',
    steps: [[call(1, 'package/add', {
      path: '/mnt/a', packagePath: '/progress=1000/restart/kb5043080.msu', ignoreCheck: true, preventPending: true, workDoneToken: 'add-1',
    }), 3]],
  },
  'package-add-folder': {
    description: 'The packages of a folder: one that does not apply, and one that ends it', steps: [[call(1, 'package/add', { path: '/mnt/a', packagePath: '/updates' }), 1]],
  },
  'package-add-cancel': {
    description: 'A package file that is cancelled while it is added',
    steps: [
      [call(1, 'package/add', { path: '/mnt/a', packagePath: '/hang/kb5043080.msu', workDoneToken: 3 }), 1], [notify('$/cancelRequest', { id: 1 }), 1],
    ],
  },
  'package-add-online': {
    description: 'A package file added to the running Windows', engine: 'Native',
    steps: [[call(1, 'package/add', { online: true, packagePath: '/updates/kb5043080.cab' }), 1]],
  },
  'package-remove': {
    description: 'Packages removed by name and by file',
    steps: [
      [call(1, 'package/remove', { path: '/mnt/a', packageName: 'OpenSSH-Client-Package~31bf3856ad364e35~amd64~~10.0.26100.1' }), 1],
      [call(2, 'package/remove', { path: '/mnt/a', packagePath: '/updates/kb5043080.cab' }), 1],
    ],
  },
  'feature-get-file': {
    description: 'The features of a package file', steps: [[call(1, 'feature/get', { path: '/mnt/a', packagePath: '/updates/kb5043080.cab' }), 1]],
  },
  'feature-getParent': {
    description: 'What a feature needs, and one that needs nothing',
    steps: [
      [call(1, 'feature/getParent', { path: '/mnt/a', featureName: 'NetFx3' }), 1], [call(2, 'feature/getParent', { path: '/mnt/a', featureName: 'TelnetClient' }), 1],
    ],
  },
  'feature-enable': {
    description: 'Features enabled from sources; the second does not exist, the third needs a restart',
    steps: ['NetFx3', 'error=800F080C', 'Sample.restart'].map((featureName, index) => [call(index + 1, 'feature/enable', {
      path: '/mnt/a', featureName, packageName: 'Sample~1~amd64~~1', all: true, limitAccess: true, sources: ['/sources/sxs', 'wim:/images/install.wim:6'],
    }), 1] as const),
  },
  'feature-disable': {
    description: 'A feature disabled, with its payload', steps: [[call(1, 'feature/disable', { path: '/mnt/a', featureName: 'TelnetClient', remove: true }), 1]],
  },
  'driver-add': {
    description: 'The INF files of a folder and those below it: added, refused, and in the image already',
    steps: [[call(1, 'driver/add', { path: '/mnt/a', driver: '/drivers', recurse: true }), 1]],
  },
  'driver-add-file': {
    description: 'An unsigned INF file by force', steps: [[call(1, 'driver/add', { path: '/mnt/a', driver: '/drivers/unsigned.inf', forceUnsigned: true }), 1]],
  },
  'driver-add-none': { description: 'A folder without an INF file', steps: [[call(1, 'driver/add', { path: '/mnt/a', driver: '/drivers/empty' }), 1]] },
  'driver-remove': { description: 'A driver removed', steps: [[call(1, 'driver/remove', { path: '/mnt/a', driver: 'oem1.inf' }), 1]] },
  'driver-export': { description: 'All drivers copied out', steps: [[call(1, 'driver/export', { path: '/mnt/a', destination: '/drivers/out' }), 1]] },
  'capability-get-source': {
    description: 'What the image and a source have',
    steps: [[call(1, 'capability/get', { path: '/mnt/a', limitAccess: true, sources: ['/sources/fod'] }), 1]],
  },
  'capability-add': {
    description: 'A capability added from a source',
    steps: [[call(1, 'capability/add', { path: '/mnt/a', name: 'OpenSSH.Server~~~~0.0.1.0', limitAccess: true, sources: ['/sources/fod'] }), 1]],
  },
  'capability-remove': {
    description: 'A capability removed', steps: [[call(1, 'capability/remove', { path: '/mnt/a', name: 'OpenSSH.Client~~~~0.0.1.0' }), 1]],
  },
  'capability-exportSource': {
    description: 'A capability copied out of a repository',
    steps: [[call(1, 'capability/exportSource', { path: '/mnt/a', name: 'OpenSSH.Client~~~~0.0.1.0', source: '/sources/fod', target: '/sources/small' }), 1]],
  },
  'edition-getTargets': { description: 'Editions that the image can be changed to', steps: [[call(1, 'edition/getTargets', { path: '/mnt/a' }), 1]] },
  'edition-set': { description: 'Another edition', steps: [[call(1, 'edition/set', { path: '/mnt/a', edition: 'Education' }), 1]] },
  'productKey-set': {
    description: 'A product key, and one that does not fit; the answers do not have it',
    steps: [
      [call(1, 'productKey/set', { path: '/mnt/a', productKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' }), 1],
      [call(2, 'productKey/set', { path: '/mnt/a', productKey: 'WRONG-BBBBB-CCCCC-DDDDD-EEEEE' }), 1],
    ],
  },
  'productKey-set-malformed': {
    description: 'A product key of another form; the answer does not have it', steps: [[call(1, 'productKey/set', { path: '/mnt/a', productKey: 'SECRET' }), 1]],
  },
  'appx-get': { description: 'Provisioned app packages', steps: [[call(1, 'appx/get', { path: '/mnt/a' }), 1]] },
  'appx-add': {
    description: 'An app package provisioned',
    steps: [[call(1, 'appx/add', {
      path: '/mnt/a', packagePath: '/apps/sample.msixbundle', dependencyPackagePaths: ['/apps/vclibs.appx'], licensePaths: ['/apps/license.xml'], regions: 'de;at',
      stubPackageOption: 'InstallFull',
    }), 1]],
  },
  'appx-remove': {
    description: 'A provisioned app package removed, from users too',
    steps: [[call(1, 'appx/remove', { path: '/mnt/a', packageName: 'Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp', allUsers: true }), 1]],
  },
  'appx-optimize': { description: 'Equal files of app packages linked', steps: [[call(1, 'appx/optimize', { path: '/mnt/a' }), 1]] },
  'appx-setDataFile': {
    description: 'A data file of a provisioned app package',
    steps: [[call(1, 'appx/setDataFile', { path: '/mnt/a', packageName: 'Sample.App_1.2.3.4_neutral_~_abcdefghjkmnp', customDataPath: '/apps/custom.data' }), 1]],
  },
  'appsPolicy-getNonRemovable': {
    description: 'Package families that users cannot remove', steps: [[call(1, 'appsPolicy/getNonRemovable', { path: '/mnt/a' }), 1]],
  },
  'appsPolicy-setNonRemovable': {
    description: 'A package family that users cannot remove any more',
    steps: [[call(1, 'appsPolicy/setNonRemovable', { path: '/mnt/a', packageFamilyName: 'Sample.App_abcdefghjkmnp', nonRemovable: true }), 1]],
  },
  'firstBoot-get': { description: 'What waits for the first start', steps: [[call(1, 'firstBoot/get', { path: '/mnt/a' }), 1]] },
  'firstBoot-add': {
    description: 'A package, a feature and a capability for the first start',
    steps: [
      [call(1, 'firstBoot/add', { path: '/mnt/a', kind: 'Package', packagePath: '/updates/kb5043080.msu' }), 1],
      [call(2, 'firstBoot/add', { path: '/mnt/a', kind: 'Feature', name: 'TelnetClient', all: true }), 1],
      [call(3, 'firstBoot/add', { path: '/mnt/a', kind: 'Capability', name: 'OpenSSH.Server~~~~0.0.1.0' }), 1],
    ],
  },
  'firstBoot-remove': { description: 'What waits taken back', steps: [[call(1, 'firstBoot/remove', { path: '/mnt/a', name: 'Telnet*' }), 1]] },
  'registry-getKeys': { description: 'Keys of a hive', steps: [[call(1, 'registry/getKeys', { path: '/mnt/a', hive: 'SOFTWARE', key: 'Contoso*', children: true }), 1]] },
  'registry-getValues': { description: 'Values of all kinds', steps: [[call(1, 'registry/getValues', { path: '/mnt/a', hive: 'SOFTWARE', key: 'Contoso' }), 1]] },
  'registry-change': {
    description: 'A value set, one removed, a key made and one removed',
    steps: [
      [call(1, 'registry/change', { path: '/mnt/a', edits: [{ action: 'SetValue', hive: 'SOFTWARE', key: 'Contoso', name: 'Name', type: 'String', value: 'text' }] }), 1],
      [call(2, 'registry/change', { path: '/mnt/a', edits: [{ action: 'RemoveValue', hive: 'SOFTWARE', key: 'Contoso', name: 'Old' }] }), 1],
      [call(3, 'registry/change', { path: '/mnt/a', edits: [{ action: 'CreateKey', hive: 'SYSTEM', key: 'CurrentControlSet\\Services\\Contoso' }] }), 1],
      [call(4, 'registry/change', { path: '/mnt/a', edits: [{ action: 'RemoveKey', hive: 'SYSTEM', key: 'CurrentControlSet\\Services\\Old', recurse: true }] }), 1],
    ],
  },
  'registry-importFile': { description: 'A .reg file imported', steps: [[call(1, 'registry/importFile', { path: '/mnt/a', registryFile: '/reg/a.reg' }), 1]] },
  'unattend-apply': { description: 'An answer file applied', steps: [[call(1, 'unattend/apply', { path: '/mnt/a', unattendPath: '/answers/unattend.xml' }), 1]] },
  'reservedStorage-get': { description: 'State of reserved storage', engine: 'Native', steps: [[call(1, 'reservedStorage/get', {}), 1]] },
  'reservedStorage-set': {
    description: 'Reserved storage turned off', engine: 'Native', steps: [[call(1, 'reservedStorage/set', { state: 'Disabled' }), 1]],
  },
  'osUninstall-start': {
    description: 'Back to the Windows before, at the next restart', engine: 'Native', steps: [[call(1, 'osUninstall/start', { online: true }), 1]],
  },
  'log-get': { description: 'The last operation of a log file that DISM writes to, too', steps: [[call(1, 'log/get', { logPath: recordedLogPath, last: 1000 }), 1]] },
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

async function record({ description, uninitialized = false, unsupported = {}, engine = 'Portable', steps }: Scenario): Promise<string> {
  const { peer, logDirectory } = connect({ createEngine: () => Promise.resolve(createFakeEngine({ name: engine, unsupported })) });
  if (!uninitialized) {
    await peer.initialize();
  }
  const exchange: Line[] = [];
  const logPath = `${logDirectory}/sample.log`;
  await mkdir(logDirectory, { recursive: true });
  await writeFile(logPath, sampleLog());
  for (const [send, answers] of steps) {
    const from = peer.messages.length;
    if ('raw' in send) {
      exchange.push({ from: 'client', raw: send.raw });
      peer.sendBytes(frame(send.raw));
    } else {
      exchange.push({ from: 'client', message: send });
      peer.send(JSON.parse(JSON.stringify(send).replaceAll(recordedLogPath, logPath)));
    }
    for (let count = 1; count <= answers; count += 1) {
      await peer.waitFor(() => peer.messages.length >= from + count);
    }
    exchange.push(...peer.messages.slice(from).map((message) => ({ from: 'server' as const, message })));
  }
  const text = JSON.stringify({ description, exchange }, undefined, 2);
  return `${text.replaceAll(new RegExp(`${logDirectory}/[^"]+`, 'g'), recordedLogPath)}\n`;
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
