/** windrow-train-export verify. */
import type { CommandContext, CommandSpec } from '@windrow/cli';
import { formatCount } from '@windrow/cli';
import { SpillFolder, readDefinitions } from '@windrow/io';
import { jobOptions } from '@windrow/job-command';
import { readDataset, verifyDataset } from '@windrow/training';
import { openSamples } from './open-samples.ts';

const DIFFERENCES_SHOWN = 10;

const options = {
  ...jobOptions,
  samples: {
    type: 'number',
    integer: true,
    min: 1,
    default: 100,
    help: 'How many examples are made again',
  },
  seed: {
    type: 'number',
    integer: true,
    min: 0,
    default: 0,
    help: 'Draws which ones',
  },
} as const satisfies CommandSpec['options'];

export const verifySpec: CommandSpec<typeof options> = {
  name: 'windrow-train-export verify',
  about: 'tensors of a dataset made again through the streaming engine, and compared byte for byte',
  options,
  operands: { placeholder: 'DATASET', help: 'folder of the dataset', min: 1, max: 1 },
  notes: ['Exit codes: 0 all bytes are equal; 1 some differ, or the run failed; 2 bad arguments.'],
};

export async function verify(context: CommandContext<typeof options>): Promise<number> {
  const { options: asked, operands, terminal, signal } = context;
  const dataset = await readDataset(operands[0]!);
  const { definitions } = await readDefinitions(asked.definitions);
  const metricIds = [...new Set(dataset.definitions.flatMap((d) => d.inputMetricIds))];
  const source = await openSamples(asked.source, metricIds, terminal);
  const spill = new SpillFolder();
  try {
    const { examples, compared, differences } = await verifyDataset({
      dataset,
      definitions,
      samples: asked.samples,
      seed: asked.seed,
      pass: {
        source,
        spill,
        deadLetters: null,
        nowMs: () => terminal.elapsedMs(),
        signal,
        strict: false,
      },
    });
    for (const difference of differences.slice(0, DIFFERENCES_SHOWN)) {
      terminal.stderr.write(`differs: ${difference}\n`);
    }
    const equal = formatCount(compared - differences.length);
    terminal.stderr.write(
      `verify: ${equal} of ${formatCount(compared)} tensors are equal byte for byte (${formatCount(examples)} examples in ${dataset.path})\n`,
    );
    return differences.length === 0 ? 0 : 1;
  } finally {
    await spill.close();
    await source.close();
  }
}
