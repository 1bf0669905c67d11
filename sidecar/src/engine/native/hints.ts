/** What to do about failures whose cause lies in the host rather than in the image. */
import { DismError, UnsupportedError } from '../../errors.ts';
import { Hresult } from '../../hresult.ts';

/** Number of the web page that Windows names, in every language, where the image needs a newer DISM. */
const newerDismPage = '293395';

/** The codes that a DISM which is older than the image answers with. */
const olderHostCodes: ReadonlySet<number> = new Set([Hresult.E_NOTIMPL, Hresult.ERROR_NOT_SUPPORTED]);

/** Passes a failure on with a better hint, where there is one. */
export async function explained<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(error);
  }
}

/** The error, with the hint that belongs to its cause; other errors stay as they are. */
export function explain(error: unknown): unknown {
  if (!(error instanceof DismError) || error instanceof UnsupportedError) { return error; }
  const hint = hintFor(error);
  const { hresult, message, target, holders, cause } = error;
  return hint === undefined ? error : new DismError(hresult, message, { target, holders, cause, hint });
}

function hintFor(error: DismError): string | undefined {
  if (error.message.includes(newerDismPage) || olderHostCodes.has(error.hresult)) {
    return `${newerDismHint()} ${error.hresult === Hresult.ERROR_NOT_SUPPORTED ? error.hint ?? '' : ''}`.trim();
  }
  return undefined;
}

/** How to use a DISM that is newer than the one of this Windows. */
function newerDismHint(): string {
  return 'The image may need a newer DISM than this one: install the Windows ADK of its version and name its DISM folder with -DismPath.';
}
