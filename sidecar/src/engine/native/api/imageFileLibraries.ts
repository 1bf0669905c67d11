/** What an engine process has for image files: wimgapi.dll, wofutil.dll and dism.exe of Windows, each looked for when it is first needed. */
import { win32 } from 'node:path';
import { UnsupportedError } from '../../../errors.ts';
import { enableImagePrivileges } from '../../../platform/windows/privileges.ts';
import { systemFolder } from '../../../platform/windows/systemFolder.ts';
import { openWimgApi, type WimgApi } from '../binding/wimgapi/wimgapi.ts';
import { openWof, type Wof } from '../binding/wof.ts';
import type { ImageFileLibraryPaths } from '../binding/libraryPaths.ts';

/** A machine without them still serves everything else. */
export class ImageFileLibraries {
  readonly #given: ImageFileLibraryPaths | undefined;
  #wimgapi: WimgApi | undefined;
  #wof: Wof | undefined;

  /** @param given Default: what Windows has, in System32 alone. */
  constructor(given: ImageFileLibraryPaths | undefined) {
    this.#given = given;
  }

  /**
   * @returns wimgapi.dll, and which privileges of an administrator this process does not have.
   * @throws UnsupportedError: this is not Windows. DismError ERROR_MOD_NOT_FOUND
   */
  wimgapi(): { readonly api: WimgApi; readonly missingPrivileges: readonly string[] } {
    const { wimgapi, kernel } = this.#paths();
    const missingPrivileges = process.platform === 'win32' ? enableImagePrivileges() : [];
    this.#wimgapi ??= openWimgApi({ libraryPath: wimgapi, kernelLibraryPath: kernel });
    return { api: this.#wimgapi, missingPrivileges };
  }

  /** @throws UnsupportedError: this is not Windows. DismError ERROR_MOD_NOT_FOUND: it is older than Windows 8.1. */
  wof(): Wof {
    return this.#wof ??= openWof(this.#paths().wofutil);
  }

  /** The program, and the arguments that come first. */
  dism(): readonly [string, ...string[]] {
    return this.#paths().dism;
  }

  #paths(): ImageFileLibraryPaths {
    if (this.#given !== undefined) { return this.#given; }
    if (process.platform !== 'win32') { throw new UnsupportedError('wimgapi.dll is a part of Windows'); }
    const system = systemFolder();
    const at = (name: string): string => win32.join(system, name);
    return { wimgapi: at('wimgapi.dll'), wofutil: at('wofutil.dll'), kernel: at('kernel32.dll'), dism: [at('Dism.exe')] };
  }
}
