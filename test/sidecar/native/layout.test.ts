/** The binding's structs against what C compilers make of the same declarations, for each system that there is a compiler for. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { structs } from '../../../sidecar/src/engine/native/binding/structs.ts';
import { compile, compileObject, firstBuildTimeoutMs, lacksCompiler, type CTarget } from '../../helpers/cBuild.ts';
import type { Program } from '../../helpers/programs.ts';
import { lacksWine, underWine } from '../../helpers/wine.ts';

/** Offsets in bytes, in the order of declaration. */
type Layouts = Readonly<Record<string, { readonly size: number; readonly fields: Readonly<Record<string, number>> }>>;

/** Sizes as the sheet of the API has them; a struct that is padded would be larger. */
const sizes = {
  DismString: 8, DismFeature: 12, DismCapability: 12, DismCustomProperty: 24, DismPackage: 32, DismPackageInfo: 172, DismPackageInfoEx: 180,
  DismFeatureInfo: 44, DismCapabilityInfo: 36, DismImageInfo: 140, DismWimCustomizedInfo: 44, DismMountedImageInfo: 28, DismDriverPackage: 100,
  DismDriver: 52, DismAppxPackage: 68, DismOsInfo: 40, SYSTEMTIME: 16,
} as const;

/** The program that prints the layouts. */
function layoutProgram(target: CTarget): Program {
  const path = compile({ target, sources: ['layout.c'], output: target === 'pe' ? 'layout.exe' : 'layout' });
  return target === 'pe' ? underWine(path) : { command: path, args: [] };
}

function ourLayouts(): Layouts {
  return Object.fromEntries(Object.entries(structs()).map(([name, type]) => [name, {
    size: type.size,
    fields: Object.fromEntries(Object.values(type.members ?? {}).map((member) => [member.name, member.offset])),
  }]));
}

describe.each([['Linux', 'elf', lacksCompiler('elf')], ['Windows', 'pe', lacksWine()]] as const)('compiled for %s', (system, target, reason) => {
  if (reason !== undefined) { process.stderr.write(`skipped: layouts are not compared with those of a compiler for ${system}: ${reason}\n`); }

  let program: Program | undefined;

  beforeAll(() => { program = reason === undefined ? layoutProgram(target) : undefined; }, firstBuildTimeoutMs);

  test.skipIf(reason !== undefined)('structs() has the sizes and the offsets that the compiler has', () => {
    const theirs = JSON.parse(execFileSync(program?.command ?? '', program?.args ?? [], { encoding: 'utf8' })) as Layouts;
    expect(ourLayouts()).toEqual(theirs);
    expect(Object.fromEntries(Object.entries(theirs).map(([name, { size }]) => [name, size]))).toEqual(sizes);
  });
});

const lacks32 = lacksCompiler('pe');
if (lacks32 !== undefined) { process.stderr.write(`skipped: the layouts of 32 bits are not checked: ${lacks32}\n`); }

test.skipIf(lacks32 !== undefined)('the assertions of dismapi.h hold for 32 bits', () => {
  // Compiled, not linked: for that the compiler would need libraries of 32 bits.
  compileObject('pe', 'layout.c', ['-m32']);
});
