/** What a process has open once its work is done. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceCommand } from '../../helpers/sourceCommand.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const source = join(import.meta.dirname, '../../../sidecar/src/platform/linux/closeFiles.ts');

test('closeFiles() closes what is open of a file, and leaves stdout and pipes to the process', () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  const script = `
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { openSync, readdirSync, readlinkSync } from 'node:fs';
    import { closeFiles } from ${JSON.stringify(source)};
    const isOpen = () => readdirSync('/proc/self/fd').some((name) => { try { return readlinkSync('/proc/self/fd/' + name) === ${JSON.stringify(file)}; } catch { return false; } });
    openSync(${JSON.stringify(file)}, 'r');
    const child = spawn('cat');
    console.log(isOpen());
    closeFiles();
    child.stdin.end('through the pipe');
    const [text] = await once(child.stdout, 'data');
    console.log(isOpen(), String(text));
  `;
  const { stdout, stderr } = spawnSync(sourceCommand[0], ['--no-warnings', '--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toBe('true\nfalse through the pipe\n');
});
