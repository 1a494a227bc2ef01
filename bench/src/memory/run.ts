/**
 * Ten times the days, the same memory: windrow-backfill over a day and over ten days of the same lines.
 *
 * The short run must be past its start: until the first collections of the whole heap, after some seconds, memory grows
 * whatever is done with it, so an hour against ten would measure that.
 */
import { formatBytes, formatCount, formatDuration } from '@windrow/cli';
import { windrow } from '../backfill/contenders.ts';
import {
  definitionsFile,
  sampleCount,
  samplesFile,
  withFolder,
  type DatasetSize,
} from '../backfill/dataset.ts';
import type { Benchmark } from '../benchmark.ts';
import { conditionsOf, holdContest } from '../contest/contest.ts';
import { pinnedCore } from '../contest/run-process.ts';
import { writeReport } from '../report/report.ts';

const FULL: DatasetSize = { lines: 4, seconds: 259_200 };
const SMALL: DatasetSize = { lines: 1, seconds: 600 };
const TIMES = 10;
const STEP_S = 60;

export const memory: Benchmark = async ({ small, rounds, say, date, results: folder }) => {
  const short = small ? SMALL : FULL;
  const long = { ...short, seconds: short.seconds * TIMES };
  const definitions = await definitionsFile(short, STEP_S);
  const [shortSamples, longSamples] = [await samplesFile(short), await samplesFile(long)];
  const contest = await withFolder((out) => {
    const contenders = [
      windrow({ samples: shortSamples, definitions, out }, 'short'),
      windrow({ samples: longSamples, definitions, out }, 'long'),
    ];
    return holdContest(contenders, {
      rounds,
      core: pinnedCore(),
      onRun: (name, round) => say(`memory: round ${round} of ${rounds}, ${name}`),
    });
  });
  const [shortResult, longResult] = contest.results;
  const ratio = longResult!.peakBytes.median / shortResult!.peakBytes.median;
  return writeReport(
    {
      name: 'memory',
      title: 'Memory: ten times the days',
      text: [
        `\`windrow-backfill\` over ${formatDuration(short.seconds * 1000)} and over ${formatDuration(long.seconds * 1000)} of ${short.lines} simulated lines (25 sensors, one sample a second each) in one Parquet file; windows of 300 s each ${STEP_S} s. Node's own heap settings.`,
      ],
      sections: [
        {
          title: 'Peaks',
          columns: ['', 'samples', 'peak memory, median', 'least', 'CPU s, median'],
          rows: [short, long].map((size, i) => {
            const { name, peakBytes, cpuMs } = contest.results[i]!;
            return [
              name,
              formatCount(sampleCount(size)),
              formatBytes(peakBytes.median),
              formatBytes(peakBytes.min),
              (cpuMs.median / 1000).toFixed(1),
            ];
          }),
          notes: [
            `Long against short: ${ratio.toFixed(3)} (median of ${contest.rounds} rounds; the goal is at most 1.1).`,
            conditionsOf(contest),
          ],
        },
      ],
      data: { short, long, ratio, contest },
    },
    { folder, date, small, packages: ['onnxruntime-node'] },
  );
};
