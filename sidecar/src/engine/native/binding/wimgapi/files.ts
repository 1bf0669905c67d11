/** Files as a whole: opening and closing, their parts, what they say of themselves, and how they are split. */
import { quoted } from '../text.ts';
import {
  WIM_CREATE_NEW, WIM_FLAG_CHUNKED, WIM_FLAG_VERIFY, WIM_FLAG_WIM_BOOT, WIM_GENERIC_READ, WIM_GENERIC_WRITE, WIM_OPEN_EXISTING, WIM_REFERENCE_APPEND,
  WimCompression, WinError,
} from './constants.ts';
import type { MessageRelay, WimListener } from './messages.ts';
import { WimgapiError, wimFunction, type WimHandle, type WimLibrary } from './wimLibrary.ts';

const WIMCreateFile = wimFunction('HANDLE', 'WIMCreateFile',
  'PCWSTR pszWimPath, DWORD dwDesiredAccess, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes, DWORD dwCompressionType, _Out_ DWORD *pdwCreationResult');
const WIMCloseHandle = wimFunction('BOOL', 'WIMCloseHandle', 'HANDLE hObject');
const WIMSetTemporaryPath = wimFunction('BOOL', 'WIMSetTemporaryPath', 'HANDLE hWim, PCWSTR pszPath');
const WIMSetReferenceFile = wimFunction('BOOL', 'WIMSetReferenceFile', 'HANDLE hWim, PCWSTR pszPath, DWORD dwFlags');
const WIMSplitFile = wimFunction('BOOL', 'WIMSplitFile', 'HANDLE hWim, PCWSTR pszPartPath, _Inout_ int64_t *pliPartSize, DWORD dwFlags');
const WIMGetAttributes = wimFunction('BOOL', 'WIMGetAttributes', 'HANDLE hWim, _Out_ uint8_t *pWimInfo, DWORD cbWimInfo');
const WIMSetBootImage = wimFunction('BOOL', 'WIMSetBootImage', 'HANDLE hWim, DWORD dwImageIndex');
const WIMDeleteImage = wimFunction('BOOL', 'WIMDeleteImage', 'HANDLE hWim, DWORD dwImageIndex');
const WIMRegisterMessageCallback = wimFunction('DWORD', 'WIMRegisterMessageCallback', 'HANDLE hWim, PVOID fpMessageProc, PVOID pvUserData');
const WIMUnregisterMessageCallback = wimFunction('BOOL', 'WIMUnregisterMessageCallback', 'HANDLE hWim, PVOID fpMessageProc');

const invalidCallback = 0xFFFFFFFF;
/** WIM_INFO: size and offsets. */
const wimInfo = { size: 560, guid: 520, imageCount: 536, compression: 540, part: 544, parts: 546, bootIndex: 548, attributes: 552 } as const;

/** How a file is opened. */
export interface OpenParams {
  readonly path: string;
  readonly writable: boolean;
  /** Check the integrity table; a file that is written gets one. */
  readonly verify: boolean;
}

/** How a file is made. */
export interface CreateParams {
  readonly path: string;
  /** WimCompression. */
  readonly compression: number;
  readonly verify: boolean;
  readonly wimBoot: boolean;
}

/** What a file says of itself (WIM_INFO). */
export interface WimInfo {
  /** Hexadecimal; the same in all parts of a set. */
  readonly guid: string;
  readonly imageCount: number;
  /** WimCompression. */
  readonly compression: number;
  readonly part: number;
  readonly parts: number;
  /** 0: none. */
  readonly bootIndex: number;
  /** WimAttribute. */
  readonly attributes: number;
}

/** How a file is split. */
export interface SplitParams {
  readonly firstPart: string;
  /** Of a part at most. */
  readonly bytes: bigint;
}

/** Functions on files. */
export interface WimFileFunctions {
  /**
   * Opens a file that is there, solid or not.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_BAD_FORMAT, ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_FILE_CORRUPT
   * @see wimgapi.h WIMCreateFile
   */
  openFile(params: OpenParams): Promise<WimHandle>;
  /**
   * Makes a file, which is whole once it is closed.
   * @throws DismError ERROR_FILE_EXISTS, ERROR_PATH_NOT_FOUND, ERROR_ACCESS_DENIED
   * @see wimgapi.h WIMCreateFile
   */
  createFile(params: CreateParams): Promise<WimHandle>;
  /**
   * Closes a file, an image, or a file of an image. A file that was changed is written by it. Images go before their files.
   * @see wimgapi.h WIMCloseHandle
   */
  closeHandle(handle: WimHandle, action: string): Promise<void>;
  /**
   * Where a file's images are unpacked; to be set before images are loaded, deleted or exported. The folder must exist.
   * @see wimgapi.h WIMSetTemporaryPath
   */
  setTemporaryPath(file: WimHandle, folder: string): Promise<void>;
  /**
   * Adds one part of a split file.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_BAD_FORMAT
   * @see wimgapi.h WIMSetReferenceFile
   */
  setReferenceFile(file: WimHandle, path: string): Promise<void>;
  /** @see wimgapi.h WIMGetAttributes */
  getAttributes(file: WimHandle): Promise<WimInfo>;
  /**
   * Makes an image the one that the file boots; 0: none.
   * @see wimgapi.h WIMSetBootImage
   */
  setBootImage(file: WimHandle, index: number): Promise<void>;
  /**
   * Takes an image out of a file: its metadata and XML data, not its content.
   * @throws DismError E_ACCESSDENIED: it is the only one.
   * @see wimgapi.h WIMDeleteImage
   */
  deleteImage(file: WimHandle, index: number): Promise<void>;
  /**
   * Writes a file as parts, which are overwritten where they are there. The size is in bytes. Gives the smallest size where it is too small.
   * @see wimgapi.h WIMSplitFile
   */
  splitFile(file: WimHandle, relay: MessageRelay, params: SplitParams, listener: WimListener): Promise<bigint | undefined>;
  /** @see wimgapi.h WIMRegisterMessageCallback */
  registerMessages(file: WimHandle, relay: MessageRelay): Promise<void>;
  /** @see wimgapi.h WIMUnregisterMessageCallback */
  unregisterMessages(file: WimHandle, relay: MessageRelay): Promise<void>;
}

/** The functions of this group, on a library. */
export function wimFileFunctions(library: WimLibrary): WimFileFunctions {
  return {
    openFile: ({ path, writable, verify }) => library.call({
      function: WIMCreateFile, action: `Cannot open ${quoted(path)}`, target: path,
      arguments: [path, WIM_GENERIC_READ + (writable ? WIM_GENERIC_WRITE : 0), WIM_OPEN_EXISTING, WIM_FLAG_CHUNKED | (verify ? WIM_FLAG_VERIFY : 0), 0, [0]],
    }) as Promise<WimHandle>,
    createFile: ({ path, compression, verify, wimBoot }) => library.call({
      function: WIMCreateFile, action: `Cannot create ${quoted(path)}`, target: path,
      arguments: [path, WIM_GENERIC_READ + WIM_GENERIC_WRITE, WIM_CREATE_NEW, (compression === WimCompression.Lzms ? WIM_FLAG_CHUNKED : 0)
        | (verify ? WIM_FLAG_VERIFY : 0) | (wimBoot ? WIM_FLAG_WIM_BOOT : 0), compression, [0]],
    }) as Promise<WimHandle>,
    closeHandle: async (handle, action) => { await library.call({ function: WIMCloseHandle, arguments: [handle], action }); },
    setTemporaryPath: async (file, folder) => {
      await library.call({ function: WIMSetTemporaryPath, arguments: [file, folder], action: `Cannot use ${quoted(folder)} for temporary files`, target: folder });
    },
    setReferenceFile: async (file, path) => {
      await library.call({
        function: WIMSetReferenceFile, arguments: [file, path, WIM_REFERENCE_APPEND], action: `Cannot use ${quoted(path)} as a part of the file`, target: path,
      });
    },
    getAttributes: async (file) => {
      const bytes = new Uint8Array(wimInfo.size);
      await library.call({ function: WIMGetAttributes, arguments: [file, bytes, bytes.length], action: 'Cannot read what the file says of itself' });
      const data = Buffer.from(bytes.buffer);
      return {
        guid: data.toString('hex', wimInfo.guid, wimInfo.guid + 16), imageCount: data.readUInt32LE(wimInfo.imageCount), compression: data.readUInt32LE(wimInfo.compression),
        part: data.readUInt16LE(wimInfo.part), parts: data.readUInt16LE(wimInfo.parts), bootIndex: data.readUInt32LE(wimInfo.bootIndex),
        attributes: data.readUInt32LE(wimInfo.attributes),
      };
    },
    setBootImage: async (file, index) => {
      await library.call({ function: WIMSetBootImage, arguments: [file, index], action: 'Cannot set the image that the file boots' });
    },
    deleteImage: async (file, index) => {
      await library.call({ function: WIMDeleteImage, arguments: [file, index], action: `Cannot remove image ${index}` });
    },
    splitFile: async (file, relay, { firstPart, bytes }, listener) => {
      const size: [number | bigint] = [bytes];
      try {
        await relay.during(listener, () => library.call({
          function: WIMSplitFile, arguments: [file, firstPart, size, 0], action: `Cannot split the file into ${quoted(firstPart)}`, target: firstPart, messages: relay,
        }));
        return undefined;
      } catch (error) {
        if (error instanceof WimgapiError && error.lastError === WinError.MoreData) { return BigInt(size[0]); }
        throw error;
      }
    },
    registerMessages: async (file, relay) => {
      await library.call({
        function: WIMRegisterMessageCallback, arguments: [file, relay.pointer, null], failure: invalidCallback, action: 'Cannot follow what is done with the file',
      });
    },
    unregisterMessages: async (file, relay) => {
      await library.call({ function: WIMUnregisterMessageCallback, arguments: [file, relay.pointer], action: 'Cannot stop following what is done with the file' });
    },
  };
}
