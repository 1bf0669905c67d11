/** What to do about failures whose cause lies in the host rather than in the image. */
import { DismError, UnsupportedError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { nativeArchitecture } from '../../../platform/windows/windows.ts';
import { otherCopyHint } from '../binding/libraryLocation.ts';

/** Number of the web page that Windows names, in every language, where the image needs a newer DISM. */
const newerDismPage = '293395';

/**
 * Passes a failure on with a better hint, where there is one.
 * @param opening The call opens or mounts an image, where an old DISM says only that it does not support it.
 */
export async function explained<T>(call: () => Promise<T>, opening = false): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(error, opening);
  }
}

/** The error, with the hint that belongs to its cause; other errors stay as they are. */
export function explain(error: unknown, opening: boolean): unknown {
  if (!(error instanceof DismError) || error instanceof UnsupportedError) { return error; }
  const hint = hintFor(error, opening);
  const { hresult, message, target, holders, cause } = error;
  return hint === undefined ? error : new DismError(hresult, message, { target, holders, cause, hint });
}

function hintFor(error: DismError, opening: boolean): string | undefined {
  switch (error.hresult) {
    case Hresult.E_NOTIMPL: return newerDismHint();
    case Hresult.ERROR_NOT_SUPPORTED: return opening || error.message.includes(newerDismPage) ? `${newerDismHint()} ${error.hint ?? ''}`.trim() : undefined;
    case Hresult.ERROR_BAD_FORMAT: return opening ? architectureHint() : undefined;
    default: return error.message.includes(newerDismPage) ? newerDismHint() : undefined;
  }
}

function newerDismHint(): string {
  return `The image may need a newer DISM than this one. ${otherCopyHint()}`;
}

/** The DISM of a machine services the running Windows only for programs of the same architecture. */
function architectureHint(): string | undefined {
  const machine = process.platform === 'win32' ? nativeArchitecture() : undefined;
  return machine === undefined || machine === process.arch
    ? undefined : `This is DismTs for ${process.arch} on a machine of the architecture ${machine}: use the dismts.exe for ${machine}.`;
}
