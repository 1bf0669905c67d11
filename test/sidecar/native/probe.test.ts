/** The open questions about a DismApi.dll, asked of the double. */
import { describe, expect, test } from 'vitest';
import { probe } from '../../../sidecar/src/engine/native/process/probe.ts';
import { lacksDouble, loadDouble } from '../../helpers/dismDouble.ts';

const lacking = lacksDouble('elf');
if (lacking !== undefined) { process.stderr.write(`skipped: probe of DismApi.dll: ${lacking}\n`); }

describe.skipIf(lacking !== undefined)(`probe() (needs ${lacking ?? 'nothing'})`, () => {
  test('asks every question, leaves nothing open, and says what the library does', async () => {
    const double = loadDouble();
    double.reset();
    double.setModes({ 'initialize-again': 0x5A5 });
    const answers = await probe({ libraryPath: double.path, eventsLibraryPath: double.path });
    const seen = Object.fromEntries(answers.map(({ question, seen: answer }) => [question, answer]));
    expect(seen).toMatchObject({
      DismInitialize: '0x00000000', 'A second DismInitialize': '0x000005A5', 'DismOpenSession of a folder that is missing': '0x80070003',
      'The slot of a session that could not be opened': 'cleared', 'A second session on the running Windows': '0x00000000 with another number',
      'DismShutdown with open sessions': '0xC0040003', 'DismCloseSession of a closed session': '0xC0040004', 'DismGetFeatures on a closed session': '0xC0040004',
      'The slots of a list that could not be made': 'cleared', DismShutdown: '0x00000000', 'A second DismShutdown, after two DismInitialize': '0xC0040001',
    });
    expect(seen['DismCheckImageHealth with an event that is set already']).toMatch(/^0x[0-9A-F]{8} at once$/);
    expect(answers).toHaveLength(new Set(answers.map(({ question }) => question)).size);
    expect(answers.filter(({ seen: answer }) => answer === '' || answer.startsWith('not tried'))).toEqual([]);
    expect(double.outstanding()).toBe(0);
    expect(double.handles()).toBe(0);
    expect(double.violations()).toEqual([]);
  });

  test('ends with what is known where DISM does not begin', async () => {
    const double = loadDouble();
    double.reset();
    double.setResult('DismInitialize', 0x800702E4);
    const answers = await probe({ libraryPath: double.path, eventsLibraryPath: double.path });
    double.reset();
    expect(answers.at(-1)).toMatchObject({ question: 'DismInitialize', seen: '0x800702E4' });
  });
});
