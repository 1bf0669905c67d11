/** A virtual disk file that is open: VHD or VHDX, told apart by what is in it, never by its name. */
import type { FileHandle } from 'node:fs/promises';
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';
import { BlockSource, type ByteSource, FileSource } from './byteSource.ts';
import { isVhdFooter, openVhd, vhdFooterBytes } from './vhd.ts';
import { hasLog, isVhdx, openVhdx } from './vhdx.ts';

/** What is known of a virtual disk. */
export interface VirtualDisk {
  readonly format: 'VHD' | 'VHDX';
  readonly kind: 'Fixed' | 'Dynamic' | 'Differencing';
  /** Bytes of the disk, not of the file. */
  readonly size: number;
  readonly logicalSectorBytes: number;
  readonly id: string;
  /** Changes whenever something is written to the disk; VHDX only. */
  readonly contentMark: string | undefined;
  /** What a differencing disk says of its parent; empty otherwise. */
  readonly parentName: string;
  /** Changes wait in its log, as after a crash of the virtual machine. */
  readonly hasLog: boolean;
  /** A virtual machine was saved while it used the disk. */
  readonly isInSavedState: boolean;
  /** The bytes of the disk. Undefined for a differencing disk. Not those that wait in the log. */
  readonly content: ByteSource | undefined;
}

/** The blocks that a disk grows by; undefined where all of them are there, as in a fixed one. */
export function blocksOf({ content }: VirtualDisk): BlockSource | undefined {
  return content instanceof BlockSource ? content : undefined;
}

const headBytes = 8;

/** Which kind of virtual disk a file is. VHDX has its signature first, VHD in its last 512 bytes. @returns undefined where it is none. */
export async function virtualDiskFormat(head: Buffer, file: FileHandle, size: number): Promise<VirtualDisk['format'] | undefined> {
  if (isVhdx(head)) { return 'VHDX'; }
  const footer = Buffer.alloc(headBytes);
  if (size >= vhdFooterBytes) { await file.read(footer, 0, headBytes, size - vhdFooterBytes); }
  return isVhdFooter(footer) ? 'VHD' : undefined;
}

/**
 * Opens the disk in an open file.
 * @throws DismError ERROR_VIRTDISK_NOT_VIRTUAL_DISK: it is none; else what ails it, as the ERROR_VHD_* code says.
 */
export async function openVirtualDisk(handle: FileHandle, fileSize: number, errors: FileErrors): Promise<VirtualDisk> {
  const file = new FileSource(handle, fileSize, errors);
  return await readVirtualDisk(file);
}

/** As openVirtualDisk(), for bytes wherever they are. */
export async function readVirtualDisk(file: ByteSource): Promise<VirtualDisk> {
  const { errors } = file;
  const head = await file.read(0, Math.min(vhdFooterBytes, file.size));
  if (isVhdx(head)) {
    const { header, metadata, content } = await openVhdx(file);
    return {
      format: 'VHDX', kind: metadata.hasParent ? 'Differencing' : metadata.isFixed ? 'Fixed' : 'Dynamic', size: metadata.size,
      logicalSectorBytes: metadata.logicalSectorBytes, id: metadata.id, contentMark: header.dataWriteId, hasLog: hasLog(header), isInSavedState: false, content,
      parentName: metadata.parent.get('absolute_win32_path') ?? metadata.parent.get('relative_path') ?? '',
    };
  }
  const footer = file.size < vhdFooterBytes ? head : await file.read(file.size - vhdFooterBytes, vhdFooterBytes);
  if (!isVhdFooter(footer)) {
    // A dynamic VHD has a copy of its footer first.
    throw isVhdFooter(head) ? errors.make(Hresult.ERROR_VHD_DRIVE_FOOTER_MISSING, 'it is a VHD without the footer at its end: it was not copied to its end, or a virtual machine was killed')
      : errors.make(Hresult.ERROR_VIRTDISK_NOT_VIRTUAL_DISK, 'it is neither a VHD nor a VHDX');
  }
  const vhd = await openVhd(file, footer);
  return {
    format: 'VHD', kind: vhd.footer.kind, size: vhd.footer.size, logicalSectorBytes: 512, id: vhd.footer.id, contentMark: undefined, parentName: vhd.parentName, hasLog: false,
    isInSavedState: vhd.footer.isInSavedState, content: vhd.content,
  };
}
