/** programPath(): a program on a share can start itself again. */
import { describe, expect, test } from 'vitest';
import { programPath } from '../../../sidecar/src/platform/programPath.ts';

describe('programPath()', () => {
  test.each([
    ['UNC\\server\\share\\a b\\dismts.exe', '\\\\server\\share\\a b\\dismts.exe'],
    ['\\\\?\\UNC\\server\\share\\dismts.exe', '\\\\server\\share\\dismts.exe'],
    ['\\\\.\\unc\\server\\share\\dismts.exe', '\\\\server\\share\\dismts.exe'],
    ['\\\\?\\C:\\UNC\\dismts.exe', 'C:\\UNC\\dismts.exe'],
    ['\\\\server\\share\\dismts.exe', '\\\\server\\share\\dismts.exe'],
    ['C:\\UNC\\dismts.exe', 'C:\\UNC\\dismts.exe'],
    ['\\\\?\\Volume{0}\\dismts.exe', '\\\\?\\Volume{0}\\dismts.exe'],
  ])('makes %s %s on Windows', (path, expected) => {
    expect(programPath(path, 'win32')).toBe(expected);
  });

  test('leaves other systems alone, whatever a name looks like', () => {
    expect(programPath('UNC\\a\\b', 'linux')).toBe('UNC\\a\\b');
    expect(programPath()).toBe(process.execPath);
  });
});
