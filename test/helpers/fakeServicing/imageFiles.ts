/** What the fake engine answers about image files. */
import type { ImageFileResult } from '@dismts/protocol';
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { OperationContext } from '../../../sidecar/src/operationContext.ts';
import { act } from './act.ts';

/** Beyond 32 bits. */
const [sizeBefore, sizeAfter] = [4_812_345_678, 6_012_345_678];

interface Answer {
  readonly path?: string;
  readonly imageIndex?: number | null;
  readonly sizeBefore?: number;
  readonly validateOnly?: boolean | undefined;
  /** What the request gives, whose words count too. */
  readonly names?: readonly string[];
}

async function answer(
  imagePath: string, context: OperationContext, { path = imagePath, imageIndex = null, names = [], validateOnly, ...sizes }: Answer = {},
): Promise<ImageFileResult> {
  for (const text of [imagePath, ...names]) { await act(text, context, 'Writing'); }
  return {
    path, online: false, winPath: '', sysDrivePath: '', restartNeeded: false, logPath: context.log.path, scratchDirectory: context.scratchDirectory,
    logLevel: context.log.level, warnings: [], imagePath, imageIndex, sizeBefore,
    sizeAfter: validateOnly === true ? sizes.sizeBefore ?? sizeBefore : sizeAfter, ...sizes,
    plan: validateOnly === true
      ? { writes: [{ path: imagePath, change: 'New', maximumBytes: 9_000_000_000, freeBytes: null }], files: 120_000, directories: 27_000, bytes: 16_106_127_360 } : null,
  };
}

/** What opens no session, as an ImageResult. */
async function plain(path: string, context: OperationContext, name = '') {
  await act(path, context, 'Writing');
  await act(name, context, 'Writing');
  return {
    path, online: false, winPath: '', sysDrivePath: '', restartNeeded: false, logPath: context.log.path, scratchDirectory: context.scratchDirectory,
    logLevel: context.log.level, warnings: [],
  };
}

/** The methods. */
export function fakeImageFiles() {
  return {
    captureImage: async ({ imagePath, capturePath, validateOnly }, context) => await answer(
      imagePath, context, { path: capturePath, imageIndex: 1, sizeBefore: 0, validateOnly, names: [capturePath] }),
    appendImage: async ({ imagePath, capturePath, validateOnly }, context) => await answer(
      imagePath, context, { path: capturePath, imageIndex: 3, validateOnly, names: [capturePath] }),
    applyImage: async ({ imagePath, imageIndex = 2, applyPath, validateOnly }, context) => ({
      ...await answer(imagePath, context, { path: applyPath, imageIndex, validateOnly, names: [applyPath] }), sizeAfter: sizeBefore,
    }),
    convertImage: async ({ imagePath, imageIndex = 2, destinationImagePath, validateOnly }, context) => await answer(
      destinationImagePath, context, { path: imagePath, imageIndex, sizeBefore: 0, validateOnly, names: [imagePath] }),
    exportImage: async ({ sourceImagePath, sourceIndexes, destinationImagePath, validateOnly }, context) => {
      const imageIndexes = Array.isArray(sourceIndexes) ? sourceIndexes.map((_, at) => at + 2) : sourceIndexes === '*' ? [1, 2] : [1];
      return { ...await answer(destinationImagePath, context, { imageIndex: imageIndexes[0] ?? null, validateOnly, names: [sourceImagePath] }), imageIndexes };
    },
    splitImage: async ({ imagePath, splitImagePath, validateOnly }, context) => ({
      ...await answer(splitImagePath, context, { sizeBefore: 0, validateOnly, names: [imagePath] }),
      parts: [{ path: splitImagePath, bytes: 3_984_588_800 }, { path: splitImagePath.replace(/\.swm$/i, '2.swm'), bytes: 827_756_878 }],
    }),
    removeImage: async ({ imagePath, imageIndex = 2, imageName = 'Second', validateOnly }, context) => ({
      ...await answer(imagePath, context, { validateOnly }), removedIndex: imageIndex, removedName: imageName, unusedBytes: 1_200_000_000,
    }),
    getImageContent: async ({ imagePath, first = 0 }, context) => {
      await act(imagePath, context);
      const paths = ['\\', '\\Windows\\', '\\Windows\\explorer.exe', '\\Windows\\\u{1F600} é.txt', '\\[x].txt'];
      const next = first + 3;
      return { paths: paths.slice(first, next), next: next < paths.length ? next : null, logPath: context.log.path };
    },
    joinImage: async ({ imagePath, destinationImagePath, validateOnly }, context) => await answer(
      destinationImagePath, context, { sizeBefore: 0, validateOnly, names: [imagePath] }),
    optimizeImageFile: async ({ imagePath, validateOnly }, context) => await answer(imagePath, context, { sizeBefore: 7_000_000_000, validateOnly }),
    setImage: async ({ imagePath, imageIndex, imageName, validateOnly }, context) => await answer(
      imagePath, context, { imageIndex: imageIndex ?? (imageName === undefined ? null : 2), validateOnly }),
    testImageFile: async ({ imagePath }, context) => {
      await act(imagePath, context, 'Verifying');
      const damaged = imagePath.includes('damaged');
      return {
        imagePath, healthy: !damaged, integrityTable: damaged ? 'Damaged' : 'Ok', contentsChecked: 98_765, bytesChecked: 12_345_678_901, logPath: context.log.path, warnings: [],
        damage: damaged ? [
          { kind: 'Integrity', reason: 'Chunk 3 of the integrity table, at 31457280, has another SHA-1', imageIndex: null, paths: [] },
          { kind: 'Content', reason: 'Its SHA-1 is not that of its blob', imageIndex: 1, paths: ['\\Windows\\explorer.exe'] },
        ] : [],
      };
    },
    extractImageItem: async ({ imagePath, imageIndex = 2, destination, itemPath, validateOnly }, context) => ({
      ...await answer(imagePath, context, { path: destination, imageIndex, validateOnly, names: [itemPath] }), sizeAfter: sizeBefore,
    }),
    putImageItem: async ({ imagePath, imageIndex = 2, itemPath, validateOnly }, context) => await answer(
      imagePath, context, { imageIndex, validateOnly, names: [itemPath] }),
    captureCustomImage: async ({ capturePath }, context) => await plain(capturePath, context),
    getWimBootEntries: async ({ path }, context) => ({
      ...await plain(path, context),
      entries: [{
        dataSourceId: '-9223372036854775808', imagePath: 'D:\\install.wim', imageIndex: 1, guid: '{00000000-0000-0000-0000-000000000001}', wimType: 'OS', active: true,
        suspended: false,
      }],
    }),
    updateWimBootEntry: async ({ path, imagePath }, context) => ({ ...await plain(path, context, imagePath), restartNeeded: true }),
  } satisfies Partial<EngineOperations>;
}
