/** The portable engine keeps the contract, on real files. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createPortableEngine } from '../../sidecar/src/engine/portable/portableEngine.ts';
import { workbench } from '../helpers/mounts.ts';
import { isRoot } from '../helpers/nobody.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import '../helpers/wimJobs.ts';
import { appendImage, ordinaryWim, writeTree } from '../helpers/wims.ts';
import { makeSample, sampleFiles } from '../sidecar/inventory/sampleImage.ts';
import { describeContract } from './contract.ts';

const needsRoot = 'mounting needs to run as root';

describeContract({
  title: 'portable',
  name: 'Portable',
  gaps: isRoot ? {} : { 'mounts, lists and dismounts': needsRoot, 'saves nothing into what is mounted read-only': needsRoot },
  bench: async () => {
    const bench = await workbench();
    process.env['DISMTS_STATE_DIR'] = bench.stateDirectory;
    // What a scan found is kept on purpose, which the workbench does not expect.
    onTestFinished(async () => { await rm(join(bench.stateDirectory, 'health'), { recursive: true, force: true }); });
    const imagePath = await ordinaryWim(bench.folder);
    const windowsPath = join(bench.folder, 'windows');
    await mkdir(windowsPath);
    await writeTree(windowsPath, Object.fromEntries(sampleFiles(makeSample())));
    await appendImage(windowsPath, imagePath, { name: 'The second' });
    return { engine: createPortableEngine(), imagePath, windowsPath, secondName: 'The second', emptyFolder: tempFolder, logDirectory: join(tempFolder(), 'logs') };
  },
});
