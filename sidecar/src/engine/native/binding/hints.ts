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
  /** Export that was called. */
  readonly functionName: string;
  /** The name or path that it is about. */
  readonly target: string | undefined;
}

/** A better hint than the table's, where there is one. */
export function hintFor({ hresult, message, opensImage, functionName, target }: FailedCall): string | undefined {
  switch (hresult >>> 0) {
    case Hresult.E_NOTIMPL: return newerDismHint();
    case Hresult.ERROR_NOT_SUPPORTED:
      return opensImage || message.includes(newerDismPage) ? `${newerDismHint()} ${describeHresult(hresult).hint}` : unsupportedHint(functionName);
    case Hresult.ERROR_BAD_FORMAT:
      if (functionName === 'DismMountImage' && target?.toLowerCase().endsWith('.esd') === true) { return describeHresult(Hresult.WIM_E_COMPRESSION_NOT_MOUNTABLE).hint; }
      return opensImage ? architectureHint() : undefined;
    default: return message.includes(newerDismPage) ? newerDismHint() : undefined;
  }
}

/** The table's hint is about where images are mounted. */
function unsupportedHint(functionName: string): string {
  if (functionName.includes('ReservedStorage')) { return 'Reserved storage is there from Windows 10 2004 on, in the running Windows alone.'; }
  if (functionName.includes('Driver')) { return 'DISM changes the drivers of offline images alone: for the running Windows use pnputil.exe.'; }
  return 'DISM cannot do this with this image: some changes need an offline image, others the running Windows (-Online), and some a newer Windows in it.';
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
