/** What is said of a file that could not be written: the name that was asked for, never the temporary one. */
import { describe, expect, test } from 'vitest';
import { writing } from '../../sidecar/src/writing.ts';
import { DismError, WimError } from '../../sidecar/src/errors.ts';
import { Hresult } from '../../sidecar/src/hresult.ts';

const [temporary, path] = ['/t/.dismts-0.tmp', '/t/a.wim'];
async function failure(error: Error): Promise<unknown> {
  return await writing(temporary, path, async () => { await Promise.reject(error); }).then(() => expect.fail('it did not fail'), (reason: unknown) => reason);
}

describe('writing()', () => {
  test('names the file that was asked for, and keeps code, hint and kind', async () => {
    const full = await failure(new DismError(Hresult.ERROR_DISK_FULL, `Cannot capture "${temporary}": no space`, { target: temporary, hint: 'Free space.' }));
    expect(full).toMatchObject({ name: 'DismError', symbol: 'ERROR_DISK_FULL', message: `Cannot capture "${path}": no space`, target: path, hint: 'Free space.' });
    const odd = await failure(new WimError('WIMLIB_ERR_WRITE', 'Cannot write', { target: temporary }));
    expect(odd).toMatchObject({ name: 'WimError', symbol: 'WIMLIB_ERR_WRITE', target: path });
    const system = await failure(Object.assign(new Error(`ENOSPC: write '${temporary}'`), { code: 'ENOSPC', syscall: 'write', path: temporary }));
    expect(system).toMatchObject({ message: `ENOSPC: write '${path}'`, code: 'ENOSPC', syscall: 'write', path });
  });

  test('does not name it a second time where the message begins with it', async () => {
    const of = async (begin: string) => await failure(new DismError(Hresult.ERROR_DISK_FULL, `${begin}: no space ("${temporary}")`, { target: temporary }));
    expect(await of(`Cannot capture "/s" into "${path}"`)).toMatchObject({ message: `Cannot capture "/s" into "${path}": no space`, target: path });
    expect(await of('Cannot capture "/s"')).toMatchObject({ message: `Cannot capture "/s": no space ("${path}")`, target: path });
  });

  test('keeps the path that is at fault where the other is only what cannot be written', async () => {
    const full = new DismError(Hresult.ERROR_DISK_FULL, `Cannot capture "${temporary}" into "/s/b.wim": no space`, { target: '/s/b.wim' });
    expect(await failure(full)).toMatchObject({ message: `Cannot capture "${path}" into "/s/b.wim": no space`, target: '/s/b.wim' });
  });

  test('leaves alone what is about something else', async () => {
    const other = new DismError(Hresult.ERROR_FILE_CORRUPT, 'Cannot read "/s/b.wim"', { target: '/s/b.wim' });
    expect(await failure(other)).toBe(other);
    expect(await writing(temporary, path, async (given) => await Promise.resolve(given))).toBe(temporary);
  });
});
