/** Where the project can be found: everything that has an address has it from `homepage` and `repository` of package.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

/** What package.json may say; npm defines both fields. */
export interface Home {
  readonly homepage?: string;
  /** `https://host/owner/name`, or `{ url }`, as npm has it. */
  readonly repository?: string | { readonly url: string };
}

/** Addresses of a release; those are missing that cannot be known. */
export interface Addresses {
  readonly project?: string;
  readonly license: string;
  readonly icon?: string;
  /** Address of a file of the repository, at the tag of the release. */
  readonly page?: (path: string) => string;
}

/** How hosts of repositories show a file, and give its bytes. */
const hosts: Readonly<Record<string, readonly [page: string, raw: string]>> = {
  'github.com': ['blob', 'raw'], 'gitlab.com': ['-/blob', '-/raw'], 'codeberg.org': ['src/tag', 'raw/tag'],
};

/** What package.json says. */
export function readHome(): Home {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Home;
}

/** Addresses of version `of`, whose tag is `v<version>`. */
export function addresses({ homepage, repository }: Home, of: string): Addresses {
  // Without a repository there is the text of the licence as its authors have published it.
  const license = 'https://opensource.org/license/mit';
  const text = typeof repository === 'string' ? repository : repository?.url;
  if (text === undefined) { return { license, ...homepage === undefined ? {} : { project: homepage } }; }
  const base = text.replace(/^git\+/, '').replace(/^github:/, 'https://github.com/').replace(/\.git$/, '').replace(/\/$/, '');
  const project = homepage ?? base;
  const [page, raw] = URL.canParse(base) ? hosts[new URL(base).hostname] ?? [] : [];
  if (page === undefined || raw === undefined) { return { project, license }; }
  return {
    project, license: `${base}/${page}/v${of}/LICENSE`, icon: `${base}/${raw}/v${of}/module/icon.png`, page: (path) => `${base}/${page}/v${of}/${path}`,
  };
}

/** What a release lacks because package.json does not say where the project is at home; empty where it does. */
export function missingAddresses(home: Home, of: string): string {
  const { project, icon, page } = addresses(home, of);
  const lacking = [project === undefined && 'ProjectUri', icon === undefined && 'IconUri', page === undefined && 'HelpUri of its own commands'].filter((name) => name !== false);
  return lacking.length === 0 ? '' : `No ${lacking.join(', no ')}: package.json names no ${project === undefined ? 'homepage and no repository' : 'repository on a known host'}`;
}
