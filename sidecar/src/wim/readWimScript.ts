/** The list of exclusions that a user gives. */
import { readFileSync, statSync, type Stats } from 'node:fs';
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { isSystemError, systemFailure } from '../systemErrors.ts';
import { decodeWimScript, maxWimScriptBytes, WimScript } from './wimScript.ts';

const hint = 'Give -ConfigFilePath the path of a WimScript.ini, or leave it out for the default list.';

/** What is in a file. */
export interface ReadScript {
  readonly text: string;
  readonly script: WimScript;
  /** Sentences for the user, which name the file. */
  readonly warnings: readonly string[];
}

/**
 * Reads a WimScript.ini.
 * @param what What cannot be done without it, such as `Cannot capture "/a"`.
 * @throws DismError ERROR_FILE_NOT_FOUND: there is none. E_INVALIDARG: it is none. What the system says.
 */
export function readWimScript(path: string, what: string): ReadScript {
  try {
    const found: Stats | undefined = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `${what}: the list of exclusions "${path}" (-ConfigFilePath) does not exist`, { target: path, hint });
    }
    if (!found.isFile() || found.size > maxWimScriptBytes) {
      throw new DismError(Hresult.E_INVALIDARG, `${what}: "${path}" (-ConfigFilePath) is no list of exclusions (WimScript.ini)`, { target: path, hint });
    }
    const text = decodeWimScript(readFileSync(path));
    const { script, warnings } = WimScript.parse(text);
    return { text, script, warnings: warnings.map((warning) => `"${path}", ${warning}`) };
  } catch (error) {
    throw isSystemError(error) ? systemFailure(error, `${what}: the list of exclusions "${path}" (-ConfigFilePath) cannot be read`, path) : error;
  }
}
