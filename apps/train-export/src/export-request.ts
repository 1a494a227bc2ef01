/** From options to what is asked of the export. */
import { WindrowError, canonicalMetricId, found } from '@windrow/core';
import type { CommandContext } from '@windrow/cli';
import {
  LABEL_COLUMNS,
  parseSplit,
  readTable,
  type ExportRequest,
  type LabelColumn,
  type LabelMapping,
} from '@windrow/training';
import type { options as exportOptions } from './export-command.ts';

type Options = CommandContext<typeof exportOptions>['options'];

/** What follows from the options alone. */
export type AskedExport = Pick<
  ExportRequest,
  'dtype' | 'examples' | 'sliceMs' | 'asKnown' | 'split' | 'embargoMs' | 'seed' | 'output'
>;

/** @throws WindrowError USAGE for options that do not go together */
export function askedExport(
  options: Options,
  { owner, note }: Required<Pick<ExportRequest['output'], 'owner' | 'note'>>,
): AskedExport {
  return {
    dtype: options.dtype,
    examples: askedExamples(options),
    sliceMs: options.slice === null ? null : milliseconds('--slice', options.slice),
    asKnown: askedClock(options),
    split: { text: options.split, spec: parseSplit(options.split) },
    embargoMs: milliseconds('--embargo', options.embargo),
    seed: options.seed,
    output: {
      path: options.out,
      overwrite: options.overwrite,
      owner,
      note,
      format: options.format,
      flat: options.flat,
      npy: options.npy,
    },
  };
}

function askedExamples(options: Options): ExportRequest['examples'] {
  const from = options.examples ?? (options.labels === null ? 'windows' : 'labels');
  if (from === 'labels') {
    if (options.labels === null) throw usage('--examples labels: found no --labels FILE');
    refuse('--labels', [
      ['--target', options.target.length > 0],
      ['--horizon', options.horizon !== 0],
      ['--span', options.span !== null],
    ]);
    return {
      from,
      labels: {
        path: options.labels,
        mapping: labelMapping(options.labelColumn),
        lagMs: milliseconds('--label-lag', options.labelLag),
        asOfMs: options.labelsAsOf,
      },
    };
  }
  refuse('--examples windows', [
    ['--labels', options.labels !== null],
    ['--label-column', options.labelColumn.length > 0],
    ['--label-lag', options.labelLag !== 0],
    ['--labels-as-of', options.labelsAsOf !== null],
  ]);
  if (options.target.length === 0) {
    refuse('no --target', [
      ['--horizon', options.horizon !== 0],
      ['--span', options.span !== null],
    ]);
  }
  return {
    from,
    windows: {
      targets: options.target,
      horizonMs: milliseconds('--horizon', options.horizon),
      spanMs: options.span === null ? null : milliseconds('--span', options.span),
    },
  };
}

function askedClock(options: Options): ExportRequest['asKnown'] {
  if (!options.asKnown) {
    refuse('no --as-known', [['--arrival', options.arrival !== null]]);
    return null;
  }
  return {
    outOfOrderMs: milliseconds('--out-of-order', options.outOfOrder),
    arrivalColumn: options.arrival,
    idleAfterMs: milliseconds('--idle-after', options.idleAfter),
    maxFutureMs: milliseconds('--max-future', options.maxFuture),
  };
}

function refuse(with_: string, others: readonly (readonly [string, boolean])[]): void {
  for (const [name, isGiven] of others) {
    if (isGiven) throw usage(`${name} does nothing with ${with_}; leave one of the two away`);
  }
}

function usage(message: string): WindrowError {
  return new WindrowError('USAGE', message);
}

function milliseconds(option: string, seconds: number): number {
  const ms = Math.round(seconds * 1000);
  if (Math.abs(ms / 1000 - seconds) < 1e-9) return ms;
  throw usage(`${option}: found ${seconds} s, expected whole milliseconds`);
}

function labelMapping(texts: readonly string[]): LabelMapping {
  const mapping: Partial<Record<LabelColumn, string>> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    const name = LABEL_COLUMNS.find((column) => column === text.slice(0, at));
    const column = text.slice(at + 1);
    if (name === undefined || column === '') {
      throw usage(
        `--label-column: found ${found(text)}, expected NAME=COLUMN, the name one of ${LABEL_COLUMNS.join(', ')}`,
      );
    }
    mapping[name] = column;
  }
  return mapping;
}

/**
 * Names of metrics by id, from a table with `metric_id` and `name`.
 * @throws WindrowError INPUT
 */
export async function readMetricNames(path: string | null): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  if (path === null) return names;
  const { columns, rows } = await readTable(path);
  if (!columns.includes('metric_id') || !columns.includes('name')) {
    throw new WindrowError(
      'INPUT',
      `${path}: found the columns ${columns.slice(0, 20).join(', ')}, expected metric_id and name`,
    );
  }
  for await (const { row, fields } of rows) {
    const { metric_id: text, name } = fields;
    const id = typeof text === 'string' ? canonicalMetricId(text.trim()) : null;
    if (id === null || typeof name !== 'string' || name === '') {
      throw new WindrowError(
        'INPUT',
        `${path}, row ${row}: found ${found(text)} and ${found(name)}, expected the UUID of a metric and its name`,
      );
    }
    names.set(id, name.replaceAll(/[^\w.-]+/g, '_'));
  }
  return names;
}
