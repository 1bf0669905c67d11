/** Entry point of dismts where it runs from its sources. The executable has another, executable.ts. */
import { exitWith } from './exitWith.ts';
import { programOf, type Program, type ProgramName } from './programs.ts';

const programs: Readonly<Record<ProgramName, () => Promise<Program>>> = {
  commandLine: () => import('./cliMain.ts'),
  engineProcess: () => import('./engine/native/process/processMain.ts'),
  imageProcess: () => import('./wimJobs/jobMain.ts'),
  probe: () => import('./engine/native/process/probe.ts'),
};

const args = process.argv.slice(2);
exitWith(programs[programOf(args)]().then(({ main }) => main(args)));
