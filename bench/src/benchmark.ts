/** What `main.ts` asks of a benchmark. */

export interface BenchmarkOptions {
  /** A tiny size, to see that everything runs. */
  readonly small: boolean;
  /** Folder for the results. */
  readonly results: string;
  /** Day of the run, for the results: `2026-11-22`. */
  readonly date: string;
  readonly rounds: number;
  /** About how many samples, for benchmarks that have a large size (`backfill`); null: their own. */
  readonly rows: number | null;
  /** Takes a line of progress. */
  readonly say: (line: string) => void;
}

/** Runs, writes its results, and gives back the page for people. */
export type Benchmark = (options: BenchmarkOptions) => Promise<string>;
