/** The fake engine keeps the contract as far as it has images: what it can do it does as the real ones. */
import { createFakeEngine, sampleImage } from '../helpers/fakeEngine.ts';
import { tempFolder } from '../helpers/tempFolder.ts';
import { describeContract } from './contract.ts';

const noImages = 'it has no images: paths say what happens';

describeContract({
  title: 'fake',
  name: 'Portable',
  gaps: {
    'refuses a scratch folder that is not there, whether it needs one or not': 'what happens stands in the path of the scratch folder where there is no other',
    'says of an index or name that the file does not have': noImages,
    'says of a file that does not exist': noImages,
    'says of a folder where nothing is mounted': noImages,
    'mounts, lists and dismounts': noImages,
    'saves nothing into what is mounted read-only': noImages,
    'refuses a mount folder that is missing or not empty': noImages,
    'captures folders, lists and applies their images': noImages,
    'exports, removes, renames and writes anew': noImages,
    'refuses what would harm image files, with the codes that scripts know': noImages,
    'lists packages and features, and gives their details': 'it lists no features that it does not know',
  },
  bench: () => Promise.resolve({
    engine: createFakeEngine(), imagePath: sampleImage.imagePath, secondName: 'Second', windowsPath: '/images/windows', emptyFolder: tempFolder, logDirectory: tempFolder(),
  }),
});
