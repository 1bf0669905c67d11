/** Which versions of libwim write files that can be relied on. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { loadWimlib } from './binding.ts';

/** The first and, where there are later ones that do not write well, the last of each run of good versions. */
const goodVersions: readonly (readonly [first: string, last: string])[] = [['1.13.4', '1.13.99'], ['1.14.4', '1.99.99']];

/** 1.14.0 to 1.14.3 refuse names that are not ASCII, or crash while they write XML (NEWS of wimlib); before 1.13.4 what they report is another. */
export function canWrite(version: string): boolean {
  const numbered = (text: string): number => text.split('.').slice(0, 3).reduce((sum, part) => sum * 1000 + (Number.parseInt(part, 10) || 0), 0);
  return goodVersions.some(([first, last]) => numbered(version) >= numbered(first) && numbered(version) <= numbered(last));
}

/** @throws DismError ERROR_NOT_SUPPORTED: the library is one of those that must not write. @param what What cannot be done then. */
export function requireWritingVersion(what: string): void {
  const { version, path } = loadWimlib();
  if (canWrite(version)) { return; }
  throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `${what}: libwim ${version} does not write image files reliably`, {
    target: path, hint: 'Install libwim 1.13.4 to 1.13.6, or 1.14.4 or later.',
  });
}
