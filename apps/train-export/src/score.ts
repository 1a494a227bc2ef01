/** windrow-train-export score. */
import { formatTable, type CommandContext, type CommandSpec } from '@windrow/cli';
import { readDataset, scoreDataset, type Fit } from '@windrow/training';

const options = {
  target: {
    type: 'text',
    placeholder: 'NAME',
    help: 'Which target the model predicts. Default: the only one',
  },
  json: { type: 'flag', help: 'Print JSON instead of a table' },
} as const satisfies CommandSpec['options'];

export const scoreSpec: CommandSpec<typeof options> = {
  name: 'windrow-train-export score',
  about: 'how good an ONNX model is on a dataset, beside the mean and the last known value',
  options,
  operands: { placeholder: 'MODEL DATASET', help: 'a model.onnx, and the folder', min: 2, max: 2 },
  notes: [
    'mean: the mean of the targets of the first split. persistence: the last target that was known when the window ended.',
    'Exit codes: 0 all well; 1 the run failed; 2 bad arguments, or a model that does not fit.',
  ],
};

export async function score(context: CommandContext<typeof options>): Promise<void> {
  const { options: asked, operands, terminal } = context;
  const dataset = await readDataset(operands[1]!);
  const report = await scoreDataset({ dataset, model: operands[0]!, target: asked.target });
  for (const note of report.notes) terminal.stderr.write(`note: ${note}\n`);
  if (asked.json) {
    terminal.stdout.write(
      `${JSON.stringify({ target: report.target, rows: report.rows }, null, 2)}\n`,
    );
    return;
  }
  const right = 'right' as const;
  const table = formatTable(
    [
      { title: 'split' },
      { title: 'group' },
      { title: '' },
      { title: 'examples', align: right },
      { title: 'R2', align: right },
      { title: 'MAE', align: right },
      { title: 'correlation', align: right },
    ],
    report.rows.flatMap(({ split, group, model, mean, persistence }) => {
      const name = group === null ? '' : `${group.by} ${group.value}`;
      return [
        [split, name, 'model', ...numbers(model)],
        ['', '', 'mean', ...numbers(mean)],
        ['', '', 'persistence', ...numbers(persistence)],
      ];
    }),
  );
  terminal.stdout.write(`target ${report.target}\n${table}\n`);
}

function numbers({ count, r2, mae, correlation }: Fit): string[] {
  return [String(count), shown(r2), shown(mae), shown(correlation)];
}

function shown(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}
