/**
 * One pass over the samples of some targets, all data before the first window is judged. Of a source whose rows lie by metric, the
 * lines are read one group after the other, each over all the time: what a table that is sorted so is quick at.
 */
import {
  MetricDictionary,
  SampleCounter,
  type DeadLetter,
  type SampleCounts,
  type Scorer,
  type Source,
} from '@windrow/core';
import { LinesScorer, runBackfill, type JobProgress } from '@windrow/pipeline';
import { neededRange } from '@windrow/windowing';
import type { PassOptions } from './collect-windows.ts';
import { groupBySeries } from './group-by-series.ts';

/** Metrics that are read together: few enough that a part of a table holds each for hours, as many as some lines have. */
const SERIES_TOGETHER = 64;
const LETTERS_MAX = 20;

export interface PassReport {
  readonly samples: SampleCounts;
  /** The first rows that were set aside. */
  readonly deadLetters: readonly DeadLetter[];
}

/** Gives every window of the scorer's targets to it. */
export async function runPass(pass: PassOptions, scorer: Scorer): Promise<PassReport> {
  const inputs = scorer.targets.map(({ definition }) => definition.inputMetricIds);
  const all = [...new Set(inputs.flat())];
  const { source } = pass;
  const open = (await source.bySeries?.(neededRange(scorer.targets, pass.range), all)) ?? null;
  if (open === null) {
    return runBackfill({ ...pass, scorer, dictionary: MetricDictionary.of(all), sinks: [] });
  }
  return runGroups(pass, scorer, groupBySeries(inputs, SERIES_TOGETHER), open);
}

async function runGroups(
  pass: PassOptions,
  scorer: Scorer,
  groups: readonly (readonly number[])[],
  open: (metricIds: readonly string[]) => Source,
): Promise<PassReport> {
  const samples = new SampleCounter();
  const deadLetters: DeadLetter[] = [];
  const progress = new GroupsProgress(pass.onProgress, groups.length);
  for (const targets of groups) {
    const own = new LinesScorer(scorer, targets);
    const ids = own.targets.flatMap(({ definition }) => definition.inputMetricIds);
    const source = open([...new Set(ids)]);
    try {
      const report = await runBackfill({
        ...pass,
        source,
        scorer: own,
        dictionary: MetricDictionary.of(ids),
        sinks: [],
        onProgress: (one) => progress.report(one),
      });
      samples.addAll(report.samples);
      deadLetters.push(...report.deadLetters.slice(0, LETTERS_MAX - deadLetters.length));
    } finally {
      await source.close();
    }
    progress.next();
  }
  return { samples: samples.snapshot(), deadLetters };
}

/** The progress of all groups; those to come are taken to be as large as those so far. */
class GroupsProgress {
  readonly #told: PassOptions['onProgress'];
  readonly #groups: number;
  #done = 0;
  #before = { samples: 0, sizeBytes: 0 };
  #current: JobProgress | null = null;

  constructor(told: PassOptions['onProgress'], groups: number) {
    this.#told = told;
    this.#groups = groups;
  }

  report(current: JobProgress): void {
    this.#current = current;
    const known = this.#before.sizeBytes + current.sizeBytesTotal;
    this.#told?.({
      ...current,
      samples: this.#before.samples + current.samples,
      samplesTotal: null,
      sizeBytes: this.#before.sizeBytes + current.sizeBytes,
      sizeBytesTotal: Math.round((known / (this.#done + 1)) * this.#groups),
    });
  }

  /** The current group is done. */
  next(): void {
    this.#done++;
    const { samples, sizeBytes } = this.#before;
    this.#before = {
      samples: samples + (this.#current?.samples ?? 0),
      sizeBytes: sizeBytes + (this.#current?.sizeBytes ?? 0),
    };
    this.#current = null;
  }
}
