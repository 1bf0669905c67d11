/** wimBoot/*, imageFile/captureCustom: installations of Windows 8.1 whose files are pointers into a WIM file. */
import { spawn } from 'node:child_process';
import { win32 } from 'node:path';
import type {
  captureCustomImage as customMethod, getWimBootEntries as entriesMethod, updateWimBootEntry as updateMethod,
} from '@dismts/protocol';
import { DismError } from '../../../errors.ts';
import { describeHresult, Hresult, hresultFromWin32 } from '../../../hresult.ts';
import { readWimScript } from '../../../wim/readWimScript.ts';
import type { WimEntry } from '../binding/wof.ts';
import type { Handler } from './handler.ts';
import type { NativeOperation } from './nativeOperation.ts';
import { requireFile, requireFolder } from './requiredFiles.ts';

const types = ['OS', 'NotOS'] as const;
const notActive = 0x1;
const suspended = 0x2;

/** The volume of a path, as the overlay filter takes it: without the separator. */
function volumeOf(path: string): string {
  return process.platform === 'win32' ? win32.parse(path).root.replace(/\\+$/, '') : path;
}

async function entriesOf(operation: NativeOperation, path: string): Promise<WimEntry[]> {
  operation.throwIfCancelled();
  return operation.libraries.wof().enumerateEntries(volumeOf(path));
}

export const getWimBootEntries: Handler<typeof entriesMethod> = async ({ path }, operation) => {
  requireFolder(path, `Cannot list the WIM files of "${path}"`);
  const entries = await entriesOf(operation, path);
  return {
    ...operation.mountResult(path),
    entries: entries.map(({ dataSourceId, type, guid, path: imagePath, index, flags }) => ({
      dataSourceId: String(dataSourceId), imagePath, imageIndex: index, guid, wimType: types[type] ?? 'Unknown' as const,
      active: (flags & notActive) === 0, suspended: (flags & suspended) !== 0,
    })),
  };
};

export const updateWimBootEntry: Handler<typeof updateMethod> = async (params, operation) => {
  const { path, dataSourceId, imagePath } = params;
  const action = `Cannot point "${path}" to "${imagePath}"`;
  requireFolder(path, action);
  requireFile(imagePath, action);
  const id = BigInt(dataSourceId);
  if (BigInt.asIntN(64, id) !== id) { throw new DismError(Hresult.E_INVALIDARG, `${action}: "${dataSourceId}" is no 64-bit number`, { target: dataSourceId }); }
  const known = await entriesOf(operation, path);
  if (!known.some((entry) => entry.dataSourceId === id)) {
    throw new DismError(Hresult.ERROR_NOT_FOUND, `${action}: the volume has no data source ${dataSourceId}`, {
      target: dataSourceId, hint: 'List the data sources: Get-DismTsWimBootEntry.',
    });
  }
  if (params.validateOnly !== true) { await operation.libraries.wof().updateEntry(volumeOf(path), id, imagePath); }
  return { ...operation.mountResult(path), restartNeeded: params.validateOnly !== true };
};

/** The API has no documented function for it: the DISM of Windows is run, as its documentation tells. */
export const captureCustomImage: Handler<typeof customMethod> = async (params, operation) => {
  const { capturePath, configFilePath, checkIntegrity = false, verify = false } = params;
  const action = `Cannot capture the custom image of "${capturePath}"`;
  requireFolder(capturePath, action);
  if (configFilePath !== undefined) { operation.warnings.push(...readWimScript(configFilePath, action).warnings); }
  const entries = await entriesOf(operation, capturePath);
  if (!entries.some(({ type }) => types[type] === 'OS')) {
    throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `${action}: its Windows does not boot from a WIM file`, {
      target: capturePath, hint: 'Capture it as any other folder: New-DismTsImage.',
    });
  }
  if (params.validateOnly === true) { return operation.mountResult(capturePath); }
  const [program, ...first] = operation.libraries.dism();
  await runDism(operation, program, [
    ...first, '/English', '/Quiet', '/NoRestart', '/Capture-CustomImage', `/CaptureDir:${capturePath}`, ...configFilePath === undefined ? [] : [`/ConfigFile:${configFilePath}`],
    ...checkIntegrity ? ['/CheckIntegrity'] : [], ...verify ? ['/Verify'] : [],
    ...operation.context.scratchDirectory === '' ? [] : [`/ScratchDir:${operation.context.scratchDirectory}`],
  ], action);
  return operation.mountResult(capturePath);
};

/** Runs it to its end: killed, it would leave half a file. Its exit code is an HRESULT, or a code of Win32. */
async function runDism(operation: NativeOperation, program: string, args: readonly string[], action: string): Promise<void> {
  operation.context.log.info(`Running "${program}" ${args.join(' ')}`);
  operation.progress('Writing', 0, 0);
  const { code, text } = await new Promise<{ code: number; text: string }>((done, failed) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) { stream.setEncoding('utf8').on('data', (part: string) => { output = (output + part).slice(-2000); }); }
    child.once('error', failed);
    child.once('close', (exitCode) => { done({ code: exitCode ?? -1, text: output.trim() }); });
  });
  if (code === 0) { return; }
  const hresult = code > 0 && code <= 0xFFFF ? hresultFromWin32(code) : code;
  throw new DismError(hresult, `${action}: ${describeHresult(hresult).meaning}${text === '' ? '' : ` (DISM says: ${text.replaceAll(/\s*[\r\n]+\s*/g, ' ')})`}`, { target: capturePathOf(args) });
}

function capturePathOf(args: readonly string[]): string | undefined {
  return args.find((one) => one.startsWith('/CaptureDir:'))?.slice('/CaptureDir:'.length);
}
