/** What to do about failures whose cause lies in the host rather than in the image. */
import { describeHresult, Hresult } from '../../../hresult.ts';
import { nativeArchitecture } from '../../../platform/windows/windows.ts';
import { otherCopyHint } from './libraryLocation.ts';

/** Number of the web page that Windows names, in every language, where the image needs a newer DISM. */
const newerDismPage = '293395';

/** A call that failed. */
export interface FailedCall {
  readonly hresult: number;
  /** With the text of Windows. */
  readonly message: string;
  /** It opens or mounts an image, where an old DISM says only that it does not support it. */
  readonly opensImage: boolean;
}

/** A better hint than the table's, where there is one. */
export function hintFor({ hresult, message, opensImage }: FailedCall): string | undefined {
  switch (hresult >>> 0) {
    case Hresult.E_NOTIMPL: return newerDismHint();
    case Hresult.ERROR_NOT_SUPPORTED:
      return opensImage || message.includes(newerDismPage) ? `${newerDismHint()} ${describeHresult(hresult).hint}` : undefined;
    case Hresult.ERROR_BAD_FORMAT: return opensImage ? architectureHint() : undefined;
    default: return message.includes(newerDismPage) ? newerDismHint() : undefined;
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
