/** environment/get: each thing that can be missing, on made-up machines, and this machine as it is. */
import { constants } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { getEnvironment as method } from '@dismts/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkMachine, fixLine, getEnvironment, type Machine } from '../../../sidecar/src/engine/portable/operations/environment.ts';
import { DismError } from '../../../sidecar/src/errors.ts';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { testContext } from '../../helpers/operationContext.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const folders = { state: '/var/lib/dismts', log: '/var/log/dismts', scratch: '' };

/** A machine that has everything, but for what `lacks` replaces. */
function machine(lacks: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux',
    release: '6.1.0-40-amd64',
    userId: 0,
    wimlibVersion: () => ({ version: '1.13.6', path: '/usr/lib/libwim.so.15' }),
    findProgram: (...names) => `/usr/bin/${names[0] ?? ''}`,
    readText: (path) => path === '/proc/filesystems' ? 'nodev\ttmpfs\nnodev\toverlay\n\text4\n'
      : path === '/proc/self/status' ? 'CapEff:\t000001ffffffffff\n'
        : path === '/proc/self/uid_map' ? '         0          0 4294967295\n' : undefined,
    mayAccess: () => true,
    owner: (path) => path.startsWith('/var/lib/dismts') ? undefined : { isFolder: true, userId: 0, mode: 0o40755 },
    fileSystem: () => ({ type: 0xef53, freeBytes: 50 * 1024 ** 3 }),
    ...lacks,
  };
}

/** The check of that name on a machine; every text of one that is not Ok says something. */
function find(name: string, lacks: Partial<Machine>, chosen = folders) {
  const found = checkMachine(machine(lacks), chosen).find((one) => one.name === name);
  if (found !== undefined && found.state !== 'Ok') {
    expect(found.detail).not.toBe('');
    expect(found.hint).toMatch(/\.$/);
  }
  return found;
}

describe('fixLine()', () => {
  const lacking = (id: string, userId = 0): Machine => machine({
    userId, readText: (path) => (path === '/etc/os-release' ? `NAME="x"\n${id}\n` : undefined), findProgram: () => undefined,
    wimlibVersion: () => { throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, 'not installed'); },
  });

  test.for([
    ['ID=debian', 0, 'apt-get update && apt-get install -y wimtools fuse3 qemu-system-common qemu-utils ntfs-3g util-linux dosfstools'],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"', 1000, 'sudo apt-get update && sudo apt-get install -y wimtools fuse3 qemu-system-common qemu-utils ntfs-3g util-linux dosfstools'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"', 0, 'dnf install -y wimlib-utils fuse qemu-img ntfs-3g util-linux util-linux-core ntfsprogs dosfstools'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"', 1000, 'sudo zypper install -y wimtools fuse3 qemu-tools ntfs-3g util-linux ntfsprogs dosfstools'],
    ['ID=plan9', 0, ''],
  ] as const)('of %j as user %i', ([id, userId, line]) => { expect(fixLine(lacking(id, userId))).toBe(line); });

  test('is empty where nothing is missing', () => { expect(fixLine(machine({ readText: () => 'ID=debian' }))).toBe(''); });
});

describe('checkMachine()', () => {
  test('has nothing to say of a machine that has everything', () => {
    const checks = checkMachine(machine(), folders);
    expect(checks.map(({ name, state, hint }) => [name, state, hint])).toEqual([
      'libwim', 'wimlib-imagex', 'FUSE', 'Overlay', 'Virtual disks', 'Rights', 'State directory', 'Disk space', 'Log directory',
    ].map((name) => [name, 'Ok', '']));
    expect(checks[0]?.detail).toBe('1.13.6, /usr/lib/libwim.so.15');
  });

  const without = (...names: string[]): Partial<Machine> => ({
    findProgram: (...asked) => asked.filter((name) => !names.includes(name)).map((name) => `/usr/bin/${name}`)[0],
  });
  const noCapability = (path: string) => path === '/proc/self/status' ? 'CapEff:\t00000000a80425fb\n' : undefined;

  const inNamespace = (path: string) => path === '/proc/self/uid_map' ? '         0     100000      65536\n' : undefined;
  const identityInNamespace = (path: string) => path === '/proc/self/uid_map' ? '         0          0          1\n' : undefined;

  test.for([
    ['libwim', { wimlibVersion: () => { throw new DismError(Hresult.ERROR_MOD_NOT_FOUND, 'not installed', { hint: 'Install it with "apt-get install wimtools".' }); } }, 'apt-get install wimtools'],
    ['wimlib-imagex', without('wimlib-imagex'), 'apt-get install wimtools'],
    ['FUSE', { mayAccess: (path: string) => path !== '/dev/fuse' }, 'apt-get install fuse3'],
    ['FUSE', { mayAccess: (path: string, mode: number) => path !== '/dev/fuse' || mode === constants.F_OK }, '/dev/fuse'],
    ['FUSE', without('fusermount', 'fusermount3'), 'dnf install fuse'],
    ['Overlay', { readText: () => undefined }, 'modprobe overlay'],
    ['Overlay', { release: '4.18.0-553.el8' }, '5.12'],
    ['Overlay', { release: '3.10.0' }, '5.12'],
    ['Rights', { readText: noCapability }, 'SYS_ADMIN'],
    ['Rights', { readText: inNamespace }, 'rootful'],
    ['Rights', { readText: identityInNamespace }, 'rootful'],
    ['State directory', { mayAccess: (path: string) => path !== '/var/lib' }, 'DISMTS_STATE_DIR'],
    ['State directory', { owner: () => ({ isFolder: false, userId: 0, mode: 0o100644 }) }, 'DISMTS_STATE_DIR'],
    ['State directory', { owner: () => ({ isFolder: true, userId: 1000, mode: 0o40700 }) }, 'chown 0'],
    ['State directory', { owner: () => ({ isFolder: true, userId: 0, mode: 0o40777 }) }, 'chmod 700'],
    ['State directory', { fileSystem: () => ({ type: 0x6969, freeBytes: 1e12 }) }, 'ext4'],
    ['State directory', { fileSystem: () => ({ type: 0x794c7630, freeBytes: 1e12 }) }, 'ext4'],
    ['Mounting', { platform: 'darwin' }, 'Linux'],
  ] as const)('finds that %s is missing (%o)', ([name, lacks, hint]) => {
    expect(find(name, lacks)).toMatchObject({ state: 'Missing', hint: expect.stringContaining(hint) as string });
  });

  test.for([
    ['Rights', { userId: 1000 }],
    ['Virtual disks', without('qemu-storage-daemon', 'ntfs-3g')],
    ['State directory', { fileSystem: () => ({ type: 0x01021994, freeBytes: 1e12 }) }],
    ['State directory', { fileSystem: () => ({ type: 0x1234, freeBytes: 1e12 }) }],
    ['Disk space', { fileSystem: () => ({ type: 0xef53, freeBytes: 1e8 }) }],
    ['Log directory', { mayAccess: (path: string) => path !== '/var/log/dismts' }],
  ] as const)('warns of %s (%o)', ([name, lacks]) => {
    expect(find(name, lacks)).toMatchObject({ state: 'Warning' });
  });

  test('names the packages of the programs for virtual disks that are missing', () => {
    expect(find('Virtual disks', without('qemu-storage-daemon', 'ntfs-3g'))).toMatchObject({
      detail: '.vhd and .vhdx files cannot be mounted without qemu-storage-daemon, ntfs-3g',
      hint: expect.stringContaining('apt-get install qemu-system-common ntfs-3g') as string,
    });
  });

  test('takes a kernel module that can be loaded for an overlay', () => {
    const readText = (path: string) => path === '/lib/modules/6.1.0-40-amd64/modules.dep' ? 'kernel/fs/overlayfs/overlay.ko:\n' : undefined;
    expect(find('Overlay', { readText })).toMatchObject({ state: 'Ok' });
  });

  test('tells a user other than root that nothing can be mounted for writing, whatever the kernel has', () => {
    for (const lacks of [{}, { readText: () => undefined }]) {
      expect(find('Overlay', { userId: 1000, ...lacks })).toMatchObject({
        state: 'Warning', detail: expect.stringContaining('read-only') as string, hint: 'Run as root to mount for writing.',
      });
    }
  });

  test('takes any file system for the state directory of a user who stages no changes', () => {
    const mine = { owner: () => ({ isFolder: true, userId: 1000, mode: 0o40700 }), fileSystem: () => ({ type: 0x6969, freeBytes: 1e12 }) };
    expect(find('State directory', { userId: 1000, ...mine })).toMatchObject({ state: 'Ok' });
  });

  test('looks at a scratch directory only where one is chosen', () => {
    expect(find('Scratch directory', {})).toBeUndefined();
    expect(find('Scratch directory', {}, { ...folders, scratch: '/scratch' })).toMatchObject({ state: 'Ok' });
    expect(find('Scratch directory', { mayAccess: (path) => path !== '/scratch' }, { ...folders, scratch: '/scratch' })).toMatchObject({ state: 'Warning' });
  });
});

describe('getEnvironment()', () => {
  const ask = async (scratchDirectory = '') =>
    method.result.parse(await getEnvironment(method.params.parse({}), testContext('environment/get', { scratchDirectory })));

  /** Sets a variable of the environment for one test. */
  function setVariable(name: string, value: string): void {
    const before = process.env[name];
    process.env[name] = value;
    onTestFinished(() => {
      if (before === undefined) { Reflect.deleteProperty(process.env, name); } else { process.env[name] = before; }
    });
  }

  test('describes this machine, and changes nothing', async () => {
    const folder = tempFolder();
    const state = join(folder, 'state');
    setVariable('DISMTS_STATE_DIR', state);
    const environment = await ask();
    expect(environment).toMatchObject({
      engine: 'Portable', platform: process.platform, architecture: process.arch, elevated: process.geteuid?.() === 0,
      stateDirectory: state, logDirectory: join(state, 'logs'),
    });
    expect(environment.executable).toContain(process.execPath);
    expect(environment.ready).toBe(environment.checks.every((one) => one.state !== 'Missing'));
    expect(environment.checks.find((one) => one.name === 'libwim')?.detail).toMatch(/^1\.\d+\.\d+, \/usr\//);
    expect(environment.checks.find((one) => one.name === 'Disk space')?.detail).toMatch(/^\d+\.\d GiB free/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('reports a state directory that cannot be one, instead of failing', async () => {
    setVariable('DISMTS_STATE_DIR', 'relative');
    const environment = await ask();
    expect(environment).toMatchObject({ ready: false, stateDirectory: '' });
    expect(environment.checks.filter((one) => one.name === 'State directory')).toMatchObject([{ state: 'Missing' }]);
  });

  test('finds a state directory that others can write', async () => {
    const state = join(tempFolder(), 'state');
    await mkdir(state);
    setVariable('DISMTS_STATE_DIR', state);
    const of = async () => (await ask()).checks.find((one) => one.name === 'State directory')?.detail;
    expect(await of()).not.toContain('others');
    const umask = process.umask(0);
    try {
      await mkdir(join(state, 'open'), { mode: 0o777 });
    } finally {
      process.umask(umask);
    }
    setVariable('DISMTS_STATE_DIR', join(state, 'open'));
    expect(await of()).toContain('others');
  });
});
