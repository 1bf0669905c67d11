/** The module of a package in one file: PowerShell takes twice as long to load its functions from a file each. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withHelpAddress } from './manifest.ts';

/** What loads the single files and what a package needs at the first Tab only, as it is in DismTs.psm1. */
const loader = `\
# A package has the text of these files in place of this loop.
foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}
# Here Get-Help finds topics only below the folder of a loaded module, which that of DismTs itself is not; a package has them beside its manifest.
Import-Completion
`;

/** Folders whose files go into the one. */
export const scriptFolders = ['Private', 'Public'] as const;

/** The text of DismTs.psm1 in `moduleFolder`, with that of the files it would load. Each is a region, named by its file. */
export function moduleFile(moduleFolder: string): string {
  const parts = readFileSync(join(moduleFolder, 'DismTs.psm1'), 'utf8').split(loader);
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length > 2) {
    throw new Error('DismTs.psm1 does not load its files in the one way that is known: see moduleFile.ts');
  }
  const regions = scriptFolders.flatMap((folder) => readdirSync(join(moduleFolder, folder)).sort()
    .map((name) => `#region ${folder}/${name}\n${withHelpAddress(basename(name, '.ps1'), readFileSync(join(moduleFolder, folder, name), 'utf8'))}#endregion\n`));
  return `${before}${regions.join('\n')}${after}`;
}
