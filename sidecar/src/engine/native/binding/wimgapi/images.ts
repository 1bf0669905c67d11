/** Images: capturing, loading, applying and exporting them, what is said of them, and the files in them. */
import { loadKoffi } from '../../../../nativeAddon/koffi.ts';
import { quoted } from '../text.ts';
import { WIM_GENERIC_READ, WIM_OPEN_EXISTING } from './constants.ts';
import type { MessageRelay, WimListener } from './messages.ts';
import { bytesAt, wimFunction, type WimHandle, type WimLibrary } from './wimLibrary.ts';

const WIMCaptureImage = wimFunction('HANDLE', 'WIMCaptureImage', 'HANDLE hWim, PCWSTR pszPath, DWORD dwCaptureFlags');
const WIMLoadImage = wimFunction('HANDLE', 'WIMLoadImage', 'HANDLE hWim, DWORD dwImageIndex');
const WIMApplyImage = wimFunction('BOOL', 'WIMApplyImage', 'HANDLE hImage, PCWSTR pszPath, DWORD dwApplyFlags');
const WIMExportImage = wimFunction('BOOL', 'WIMExportImage', 'HANDLE hImage, HANDLE hWim, DWORD dwFlags');
const WIMGetImageInformation = wimFunction('BOOL', 'WIMGetImageInformation', 'HANDLE hImage, _Out_ PVOID *ppvImageInfo, _Out_ DWORD *pcbImageInfo');
const WIMSetImageInformation = wimFunction('BOOL', 'WIMSetImageInformation', 'HANDLE hImage, PVOID pvImageInfo, DWORD cbImageInfo');
const WIMFindFirstImageFile = wimFunction('HANDLE', 'WIMFindFirstImageFile', 'HANDLE hImage, PCWSTR pwszFilePath, _Out_ uint8_t *pFindFileData');
const WIMCloseHandle = wimFunction('BOOL', 'WIMCloseHandle', 'HANDLE hObject');
const WIMCreateImageFile = wimFunction('HANDLE', 'WIMCreateImageFile',
  'HANDLE hImage, PCWSTR pwszFilePath, DWORD dwDesiredAccess, DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes');
const WIMReadImageFile = wimFunction('BOOL', 'WIMReadImageFile', 'HANDLE hImgFile, PVOID pbBuffer, DWORD dwBytesToRead, _Out_ DWORD *pdwBytesRead, PVOID lpOverlapped');

/** WIM_FIND_DATA, whose first member is a WIN32_FIND_DATAW: sizes by pointer size, and offsets. */
const findData = { size: { 8: 656, 4: 640 }, sizeHigh: 28, sizeLow: 32, hash: 592, hashEnd: 612 } as const;

/** A file of an image. */
export interface ImageFileHash {
  /** SHA-1, hexadecimal; zeros of a file without content. */
  readonly hash: string;
  readonly size: number;
}

/** Functions on images. */
export interface WimImageFunctions {
  /**
   * Captures a folder as a further image of a file.
   * @see wimgapi.h WIMCaptureImage
   */
  captureImage(file: WimHandle, relay: MessageRelay, params: { readonly folder: string; readonly flags: number }, listener: WimListener): Promise<WimHandle>;
  /**
   * Opens an image by its index, from 1. The file needs a temporary path.
   * @see wimgapi.h WIMLoadImage
   */
  loadImage(file: WimHandle, index: number): Promise<WimHandle>;
  /**
   * Applies an image to a folder that exists; null with WIM_FLAG_NO_APPLY only.
   * @throws DismError ERROR_FILE_CORRUPT, ERROR_DISK_FULL, ERROR_PATH_NOT_FOUND
   * @see wimgapi.h WIMApplyImage
   */
  applyImage(image: WimHandle, relay: MessageRelay, params: { readonly folder: string | null; readonly flags: number }, listener: WimListener): Promise<void>;
  /**
   * Copies an image into another file, as its last one. Both files need a temporary path.
   * @throws DismError ERROR_ALREADY_EXISTS: that has the same image, and the flags do not allow for that.
   * @see wimgapi.h WIMExportImage
   */
  exportImage(image: WimHandle, destination: WimHandle, relay: MessageRelay, flags: number, listener: WimListener): Promise<void>;
  /**
   * The XML data of a file (`<WIM>`) or of an image (`<IMAGE INDEX="1">`), without its byte order mark.
   * @see wimgapi.h WIMGetImageInformation
   */
  getInformation(handle: WimHandle): Promise<string>;
  /**
   * Replaces the XML data of an image by an element IMAGE. The counters stay those of the library.
   * @see wimgapi.h WIMSetImageInformation
   */
  setInformation(image: WimHandle, xml: string): Promise<void>;
  /**
   * Size and hash of a file, by its path in the image. Windows 8 and later.
   * @see wimgapi.h WIMFindFirstImageFile
   */
  findFile(image: WimHandle, path: string): Promise<ImageFileHash>;
  /**
   * Opens a file of an image for reading. Windows 8 and later.
   * @see wimgapi.h WIMCreateImageFile
   */
  openImageFile(image: WimHandle, path: string): Promise<WimHandle>;
  /**
   * Reads on in a file of an image; gives the number of bytes, 0 at the end.
   * @see wimgapi.h WIMReadImageFile
   */
  readImageFile(file: WimHandle, buffer: Buffer): Promise<number>;
}

/** The functions of this group, on a library. */
export function wimImageFunctions(library: WimLibrary): WimImageFunctions {
  return {
    captureImage: (file, relay, { folder, flags }, listener) => relay.during(listener, () => library.call({
      function: WIMCaptureImage, arguments: [file, folder, flags], action: `Cannot capture ${quoted(folder)}`, target: folder, messages: relay,
    }) as Promise<WimHandle>),
    loadImage: (file, index) => library.call({ function: WIMLoadImage, arguments: [file, index], action: `Cannot open image ${index}` }) as Promise<WimHandle>,
    applyImage: async (image, relay, { folder, flags }, listener) => {
      await relay.during(listener, () => library.call({
        function: WIMApplyImage, arguments: [image, folder, flags], messages: relay,
        action: folder === null ? 'Cannot list the image' : `Cannot apply the image to ${quoted(folder)}`, target: folder ?? undefined,
      }));
    },
    exportImage: async (image, destination, relay, flags, listener) => {
      await relay.during(listener, () => library.call({ function: WIMExportImage, arguments: [image, destination, flags], action: 'Cannot export the image', messages: relay }));
    },
    getInformation: async (handle) => {
      const address: [bigint | null] = [null];
      const size: [number] = [0];
      await library.call({ function: WIMGetImageInformation, arguments: [handle, address, size], action: 'Cannot read the XML data' });
      if (address[0] === null) { return ''; }
      try {
        return bytesAt(address[0], size[0]).toString('utf16le').replace(/^\ufeff/, '').replace(/\0+$/, '');
      } finally {
        library.free(address[0]);
      }
    },
    setInformation: async (image, xml) => {
      const bytes = Buffer.from(`\ufeff${xml}`, 'utf16le');
      await library.call({ function: WIMSetImageInformation, arguments: [image, bytes, bytes.length], action: 'Cannot write the XML data' });
    },
    findFile: async (image, path) => {
      const size = findData.size[loadKoffi().sizeof('void *') === 8 ? 8 : 4];
      const bytes = new Uint8Array(size);
      const action = `Cannot look at ${quoted(path)} in the image`;
      const search = await library.call({ function: WIMFindFirstImageFile, arguments: [image, path, bytes], action, target: path });
      await library.call({ function: WIMCloseHandle, arguments: [search], action });
      const data = Buffer.from(bytes.buffer);
      return {
        hash: data.toString('hex', findData.hash, findData.hashEnd), size: data.readUInt32LE(findData.sizeHigh) * 2 ** 32 + data.readUInt32LE(findData.sizeLow),
      };
    },
    openImageFile: (image, path) => library.call({
      function: WIMCreateImageFile, arguments: [image, path, WIM_GENERIC_READ, WIM_OPEN_EXISTING, 0], action: `Cannot open ${quoted(path)} in the image`, target: path,
    }) as Promise<WimHandle>,
    readImageFile: async (file, buffer) => {
      const read: [number] = [0];
      await library.call({ function: WIMReadImageFile, arguments: [file, buffer, buffer.length, read, null], action: 'Cannot read a file of the image' });
      return read[0];
    },
  };
}
