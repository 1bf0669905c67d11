/** Paired rounds, what comes out of them, and the table that shows it. */

/** What one run of one side took, by step: milliseconds. */
export type Sample = Readonly<Record<string, number>>;

/** What a row of the table should keep to. */
export interface Aim {
  readonly text: string;
  /** The figure that the aim is about. */
  readonly figure: (row: Row) => number;
  readonly limit: number;
}

/** One line of the table: what DismTs needed, and what its peer needed in the same rounds. */
export interface Row {
  readonly name: string;
  readonly unit: 'µs' | 'ms' | 'MB';
  readonly ours: readonly number[];
  /** What the peer is. */
  readonly peerName: string;
  /** As many figures as `ours`. */
  readonly peer: readonly number[];
  readonly aim?: Aim;
}

/** Figures of both sides for one step. */
export interface Pairs {
  readonly ours: number[];
  readonly peer: number[];
}

/** The middle figure, or the mean of both in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] ?? Number.NaN : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Ratios round by round: what slows the machine down for a while slows both sides of a round. */
function ratios({ ours, peer }: Pick<Row, 'ours' | 'peer'>): number[] {
  return ours.map((figure, round) => figure / (peer[round] ?? Number.NaN));
}

export function ratioAtMost(limit: number): Aim {
  return { text: `ratio <= ${limit}`, figure: (row) => median(ratios(row)), limit };
}

export function below(limit: number, unit: Row['unit']): Aim {
  return { text: `< ${limit} ${unit}`, figure: ({ ours }) => median(ours), limit };
}

export function overheadBelow(limit: number): Aim {
  const figure = ({ ours, peer }: Row): number => median(ours.map((own, round) => own - (peer[round] ?? Number.NaN)));
  return { text: `difference < ${limit} ms`, figure, limit };
}

/** That no round is slower by more; the others are judged by their median. */
export function everyDifferenceBelow(limit: number): Aim {
  const figure = ({ ours, peer }: Row): number => Math.max(...ours.map((own, round) => own - (peer[round] ?? Number.NaN)));
  return { text: `every difference < ${limit} ms`, figure, limit };
}

/**
 * Runs both sides in turn, after one round that does not count. They change places with each round, as who comes second may find the
 * processor awake and files in memory, or has to wait for what the first one left. @returns The figures of each step.
 */
export async function pairedRounds(
  rounds: number, ours: (round: number) => Promise<Sample>, peer: (round: number) => Promise<Sample>,
): Promise<ReadonlyMap<string, Pairs>> {
  const steps = new Map<string, Pairs>();
  for (let round = 0; round <= rounds; round++) {
    const isFirst = round % 2 === 0;
    const first = await (isFirst ? ours : peer)(round);
    const second = await (isFirst ? peer : ours)(round);
    const [own, other] = isFirst ? [first, second] : [second, first];
    if (round === 0) { continue; }
    for (const [step, ms] of Object.entries(own)) {
      const pairs = steps.get(step) ?? { ours: [], peer: [] };
      pairs.ours.push(ms);
      pairs.peer.push(other[step] ?? Number.NaN);
      steps.set(step, pairs);
    }
  }
  return steps;
}

/** Runs both sides in turn where each is one step. */
export async function pairedTimes(rounds: number, ours: () => Promise<unknown>, peer: () => Promise<unknown>): Promise<Pairs> {
  const steps = await pairedRounds(rounds, async () => ({ time: await time(ours) }), async () => ({ time: await time(peer) }));
  return steps.get('time') ?? { ours: [], peer: [] };
}

/** Milliseconds that a step takes. */
export async function time(step: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await step();
  return performance.now() - start;
}

function figureText(figure: number): string {
  return figure.toFixed(figure < 10 ? 2 : figure < 100 ? 1 : 0);
}

function spread(figures: readonly number[]): string[] {
  return [Math.min(...figures), median(figures), Math.max(...figures)].map(figureText);
}

function verdict(row: Row): string {
  if (row.aim === undefined) { return ''; }
  const figure = row.aim.figure(row);
  const reached = row.aim.text.includes('<=') ? figure <= row.aim.limit : figure < row.aim.limit;
  return `${reached ? 'reached' : 'MISSED'} (${figureText(figure)})`;
}

/** The whole result: minimum, median and maximum of both sides and of their ratio in each round. */
export function table(rows: readonly Row[]): string {
  const header = ['', 'unit', 'DismTs min', 'median', 'max', 'peer', 'min', 'median', 'max', 'ratio min', 'median', 'max', 'aim', ''];
  const isText = (column: number): boolean => [0, 1, 5, 12, 13].includes(column);
  const lines = [header, ...rows.map((row) => [
    row.name, row.unit, ...spread(row.ours), row.peerName, ...spread(row.peer), ...spread(ratios(row)), row.aim?.text ?? '', verdict(row),
  ])];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line
    .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join('  ').trimEnd()).join('\n');
}
