/** Which package has what the portable engine needs, by family of systems: one table, which set-up and documents read, too. */
import table from './packages.json' with { type: 'json' };

/** A program or library. */
export type Requirement = keyof typeof table.programs;
/** A family of systems with one way to install packages. */
export type Family = keyof typeof table.managers;

export const requirements = Object.keys(table.programs) as Requirement[];

/** What a program or library is needed for. */
function jobOf(name: Requirement): string {
  return table.programs[name].job;
}

/** The packages with these, each once. */
function packagesOf(names: readonly Requirement[], family: Family): string[] {
  return [...new Set(names.map((name) => table.programs[name][family]))];
}

/** How to install these, for an error. */
export function installHint(...names: Requirement[]): string {
  return `Install it with "apt-get install ${packagesOf(names, 'debian').join(' ')}" (Debian, Ubuntu) or "dnf install ${packagesOf(names, 'fedora').join(' ')}" (Fedora).`;
}

/** One line to paste that installs these on this system; empty where there is nothing to install, or the system is not known. */
export function installLine(names: readonly Requirement[], osRelease: string, isRoot: boolean): string {
  const family = familyOf(osRelease);
  if (names.length === 0 || family === undefined) { return ''; }
  const command = `${isRoot ? '' : 'sudo '}${table.managers[family].install} ${packagesOf(names, family).join(' ')}`;
  return family === 'debian' ? `${isRoot ? '' : 'sudo '}apt-get update && ${command}` : command;
}

/** The family of a system, by its os-release(5). */
function familyOf(osRelease: string): Family | undefined {
  const words = [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].flatMap(([, value = '']) => value.replaceAll(/["']/g, '').split(' '));
  const known: Readonly<Record<string, Family>> = {
    debian: 'debian', ubuntu: 'debian', fedora: 'fedora', rhel: 'fedora', centos: 'fedora', suse: 'suse', opensuse: 'suse', sles: 'suse', arch: 'arch',
  };
  return words.map((word) => known[word]).find((family) => family !== undefined);
}

/** In Markdown: what each job needs, by family. */
export function packageTable(): string {
  const families = Object.keys(table.managers) as Family[];
  const jobs = [...new Set(requirements.map(jobOf))];
  const rows = jobs.map((job) => {
    const names = requirements.filter((name) => jobOf(name) === job);
    return `| ${job} | ${families.map((family) => packagesOf(names, family).join(' ')).join(' | ')} |`;
  });
  return [`| for | ${families.map((family) => table.managers[family].systems).join(' | ')} |`, `|---|${families.map(() => '---|').join('')}`, ...rows].join('\n');
}
