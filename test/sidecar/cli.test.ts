/** Reading the command line. */
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../sidecar/src/cli.ts';

describe('parseCommand()', () => {
  test.for([
    [['--stdio'], { kind: 'stdio' }],
    [['--version'], { kind: 'version' }],
    [['--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['call', '--help'], { kind: 'help' }],
    [['call', 'image/listMounted'], { kind: 'call', request: { method: 'image/listMounted', json: '{}', engine: 'Auto', progress: false } }],
    [['call', 'image/mount', '-', '--progress'], { kind: 'call', request: { method: 'image/mount', json: '-', engine: 'Auto', progress: true } }],
    [['--engine', 'Portable', 'call', 'error/resolve', '{"code":5}'], { kind: 'call', request: { method: 'error/resolve', json: '{"code":5}', engine: 'Portable', progress: false } }],
    [['call', 'feature/get', '--dism-path', '/adk/DISM'], {
      kind: 'call', request: { method: 'feature/get', json: '{}', engine: 'Auto', dismPath: '/adk/DISM', progress: false },
    }],
  ] as const)('takes %j', ([args, command]) => {
    expect(parseCommand(args)).toEqual(command);
  });

  test.for([
    [[]], [['--nonsense']], [['nonsense']], [['--stdio', '--version']], [['--stdio', 'call', 'image/mount']], [['--stdio', '--progress']],
    [['--stdio', '--engine', 'Native']], [['call']], [['call', 'initialize']], [['call', 'shutdown']], [['call', 'toString']],
    [['call', 'image/mount', '{}', '{}']], [['call', 'image/mount', '--engine', 'native']], [['call', 'image/mount', '--engine']], [['--stdio=1']],
    [['call', 'feature/get', '--dism-path', 'DISM']], [['--stdio', '--dism-path', '/adk/DISM']],
  ] as const)('refuses %j with a reason', ([args]) => {
    expect(parseCommand(args)).toEqual({ kind: 'wrong', reason: expect.stringMatching(/\S/) as string });
  });
});
