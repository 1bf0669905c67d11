/** Virtual disks as images that can be mounted: QEMU serves the disk with the changes in an overlay, NTFS-3G its volume, and a save writes in place. */
import { statSync } from 'node:fs';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { NtfsImage } from '../../../imageFiles/ntfsFiles.ts';
import type { ImageFormat } from './imageFormat.ts';
import { brokenServing, endChain, isServer } from './disk/chain.ts';
import { holdsDisk, identify } from './disk/identify.ts';
import { describeDisk } from './disk/information.ts';
import { openDisk } from './disk/openDisk.ts';
import { journalOf, ownOf } from './disk/own.ts';
import { save, settle } from './disk/save.ts';
import { ntfsType, serve } from './disk/serve.ts';
import { diskStaging, readStaged } from './disk/staging.ts';

/** .vhd and .vhdx files. */
export const virtualDiskFormat: ImageFormat = {
  name: 'disk',
  fileSystems: [ntfsType],
  staging: diskStaging,
  savesInPlace: true,
  describe: async (params, what, context) => [await describeDisk(params, what, context)],
  identify,
  checkRecord: (record) => {
    ownOf(record);
    if (record.commit !== undefined) { journalOf(record.commit); }
  },
  holdsImage: async ({ wimPath, imageHash }) => await holdsDisk(wimPath, imageHash),
  checkSave: ({ wimPath }, { append }, what) => {
    if (append !== true) { return; }
    throw new DismError(Hresult.E_INVALIDARG, `${what}: a virtual disk has one image, none can be appended`, { target: wimPath, hint: 'Leave -Append out.' });
  },
  checkDiscard: ({ wimPath, commit }, what) => {
    if (commit === undefined) { return; }
    const { inode, device } = journalOf(commit);
    const found = statSync(wimPath, { bigint: true, throwIfNoEntry: false });
    if (found === undefined || String(found.ino) !== inode || String(found.dev) !== device) { return; }
    throw new DismError(Hresult.DISM_E_MOUNT_INVALID, `${what}: a save into "${wimPath}" was interrupted, and the file holds a part of the changes: without the rest it is damaged`, {
      target: wimPath, hint: 'Run any command once the reason that the log names is gone: it finishes the save. Then dismount.',
    });
  },
  openFiles: async (record, folders) => {
    if (record.mode === 'ReadWrite' && (await readStaged(folders.staged)).length > 0) { return undefined; }
    const opened = await openDisk(record.wimPath, `Cannot read "${record.wimPath}"`);
    try {
      const { source } = await opened.volume(ownOf(record).partition);
      return await NtfsImage.open(source, `the volume of ${record.wimPath}`, opened.close);
    } catch (error) {
      await opened.close();
      throw error;
    }
  },
  serve,
  isServer,
  brokenServing,
  end: endChain,
  save,
  settle,
};
