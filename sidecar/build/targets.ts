/** The platforms that there is an executable for. */
import type { NodeTarget } from '@yao-pkg/pkg/lib-es5/types.js';

/** What differs between platforms. */
export interface Target {
  /** `<process.platform>-<process.arch>`: the folder below module/bin. */
  readonly name: string;
  /** As pkg names it. */
  readonly platform: NodeTarget['platform'];
  readonly arch: NodeTarget['arch'];
  /** npm package with the stock Node.js binary, and the path of that in it. */
  readonly nodePackage: string;
  readonly nodeBinary: string;
  /** npm package with koffi's addon, and the path of that in it. */
  readonly addonPackage: string;
  readonly addonBinary: string;
  /** File name of the executable. */
  readonly executable: string;
  /** Null device: an OpenSSL configuration that says nothing. */
  readonly nullDevice: string;
}

function linux(arch: 'x64' | 'arm64'): Target {
  return {
    name: `linux-${arch}`,
    platform: 'linux',
    arch,
    nodePackage: `node-linux-${arch}`,
    nodeBinary: 'bin/node',
    addonPackage: `@koromix/koffi-linux-${arch}`,
    addonBinary: `linux_${arch}/koffi.node`,
    executable: 'dismts',
    nullDevice: '/dev/null',
  };
}

function windows(arch: 'x64' | 'arm64'): Target {
  return {
    name: `win32-${arch}`,
    platform: 'win',
    arch,
    nodePackage: `node-win-${arch}`,
    nodeBinary: 'bin/node.exe',
    addonPackage: `@koromix/koffi-win32-${arch}`,
    addonBinary: `win32_${arch}/koffi.node`,
    executable: 'dismts.exe',
    nullDevice: 'NUL',
  };
}

export const targets: readonly Target[] = [linux('x64'), linux('arm64'), windows('x64'), windows('arm64')];

/** The target with this name; default: this machine's. */
export function findTarget(name = `${process.platform}-${process.arch}`): Target {
  const target = targets.find((candidate) => candidate.name === name);
  if (target === undefined) {
    throw new Error(`There is no executable for "${name}"; there is one for ${targets.map((known) => known.name).join(', ')}`);
  }
  return target;
}
