/** What is told of a program that failed. */
import { expect, test } from 'vitest';
import { Hresult } from '../../../sidecar/src/hresult.ts';
import { programFailure } from '../../../sidecar/src/engine/portable/images/programFailure.ts';
import { endMount } from '../../../sidecar/src/engine/portable/mounting/serving.ts';
import { findProgram } from '../../../sidecar/src/platform/linux/programs.ts';
import { asNobody, isRoot } from '../../helpers/nobody.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const of = (output: string, exitCode = 1, program = 'qemu-img') => programFailure({ program, exitCode, output, what: 'Cannot convert "/a"', target: '/b' });

test('is what the system answered, in the line that says it, whatever comes before', () => {
  const output = ['/b is not a block device.', 'mkntfs forced anyway.', 'Error writing to /b: No space left on device', 'add_attr_sd failed: No space left on device'].join('\n');
  expect(of(output, 1, 'mkntfs')).toMatchObject({
    hresult: Hresult.ERROR_DISK_FULL, target: '/b',
    message: 'Cannot convert "/a": no space is left on its disk (Error writing to /b: No space left on device add_attr_sd failed: No space left on device)',
  });
  expect(of('mkfs.vfat: unable to synchronize /b:Disk quota exceeded').hresult).toBe(Hresult.ERROR_DISK_QUOTA_EXCEEDED);
});

test('is that another program has the disk, whatever was done with it', () => {
  expect(of('qemu-img: Could not open \'/b\': Failed to get shared "write" lock\nIs another process using the image [/b]?').hresult).toBe(Hresult.ERROR_SHARING_VIOLATION);
});

test('is that it was killed, where a signal ended it', () => {
  expect(of('some words', -1)).toMatchObject({ symbol: 'QEMU_IMG_KILLED', message: 'Cannot convert "/a": qemu-img was ended by a signal' });
  expect(of('')).toMatchObject({ symbol: 'QEMU_IMG_EXIT_1', message: 'Cannot convert "/a": qemu-img ended with exit code 1' });
});

test.runIf(isRoot && findProgram('fusermount3', 'fusermount') !== undefined)('of fusermount is an ordinary failure (needs root and fusermount)', async () => {
  const folder = tempFolder();
  const entry = { id: 0, parentId: 0, device: '0:0', root: '/', mountPoint: folder, type: 'fuse.wimfs', source: 'wimfs', options: [] };
  await expect(asNobody(async () => { await endMount(entry); })).rejects.toMatchObject({
    name: expect.stringMatching(/^(?:Dism|Wim)Error$/) as string, message: expect.stringContaining(`Cannot unmount "${folder}": `) as string, target: folder,
  });
});
