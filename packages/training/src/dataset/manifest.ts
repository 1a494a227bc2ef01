/**
 * `dataset.json`: what a dataset is, and of what and how it was made. It is written last, holds no time of the run, and is all
 * that a program needs to read the data: nothing about order or resolution is typed by hand again.
 */
import { createHash } from 'node:crypto';
import type { ExportedWindowCounts } from '../collect/window-counts.ts';
import { targetColumn } from '../output/example-layout.ts';
import type { Splits } from '../splits/split-examples.ts';
import type { TensorForm } from '../tensor-form.ts';
import { definitionJson } from './definition-json.ts';
import type { ExportRequest } from './export-request.ts';
import type { Gathered } from './gather-examples.ts';
import type { SourceSnapshot } from './source-snapshot.ts';
import type { WrittenSplit } from './write-examples.ts';

export const MANIFEST_FILE = 'dataset.json';
export const MANIFEST_FORMAT = 'windrow-dataset';
export const MANIFEST_VERSION = 1;
/** Of docs/SEMANTICS.md: raised where the same samples would give other tensors. */
export const SEMANTICS_VERSION = 1;

export interface ManifestParts {
  readonly form: TensorForm;
  readonly request: ExportRequest;
  readonly gathered: Gathered;
  readonly splits: Splits;
  readonly written: readonly WrittenSplit[];
  readonly inputNames: readonly string[];
  readonly snapshot: SourceSnapshot;
  readonly labelsSha256: string | null;
}

export function datasetManifest(parts: ManifestParts): object {
  const { form, request, gathered, written, inputNames, snapshot } = parts;
  const { range, source } = request.pass;
  const definitions = form.definitions.map(definitionJson);
  return {
    format: MANIFEST_FORMAT,
    version: MANIFEST_VERSION,
    windrow: request.tool.version,
    command: request.tool.command,
    semantics: {
      version: SEMANTICS_VERSION,
      sha256: semanticsHash(form, clockJson(request)),
    },
    tensor: tensorJson(form),
    inputs: inputNames.map((name, c) => ({
      index: c,
      name,
      metric_ids: form.definitions.map((definition) => definition.inputMetricIds[c]),
    })),
    columns: {
      flat: request.output.flat,
      targets: gathered.examples.targets.map(({ name }) => ({ name, column: targetColumn(name) })),
      attributes: gathered.examples.attributes.map(({ name }) => name),
    },
    examples: {
      count: gathered.examples.length,
      ...examplesJson(parts),
    },
    clock: { ...clockJson(request), ...comparisonJson(gathered) },
    splits: splitsJson(parts),
    data: written.map(splitJson),
    counts: {
      samples: gathered.samples,
      windows: gathered.windows.counts.map((counts, d) => ({
        output_metric_id: form.definitions[d]!.outputMetricId,
        ...countsJson(counts),
      })),
    },
    source: {
      uri: source.uri,
      start_ms: finite(range.afterMs),
      end_ms: finite(range.untilMs),
      slice_s: request.sliceMs === null ? null : request.sliceMs / 1000,
      snapshot,
    },
    definitions,
  };
}

function tensorJson(form: TensorForm): object {
  const { layout, windowMs, stepMs, resolutionMs } = form.definitions[0]!;
  return {
    dtype: form.dtype,
    shape: form.shape,
    dim_names: form.dimNames,
    layout: layout === 'channel_major' ? 'NCT' : 'NTC',
    window_size_s: windowMs / 1000,
    step_size_s: stepMs / 1000,
    resolution_s: resolutionMs / 1000,
  };
}

function examplesJson({ request, gathered, labelsSha256 }: ManifestParts): object {
  const { examples } = request;
  if (examples.from === 'windows') {
    const { targets, horizonMs, spanMs } = examples.windows;
    return {
      from: 'windows',
      targets,
      horizon_s: horizonMs / 1000,
      span_s: spanMs === null ? null : spanMs / 1000,
      without_target: gathered.withoutTarget,
    };
  }
  const { counts, outcomes } = gathered.labels!;
  return {
    from: 'labels',
    labels: examples.labels.path,
    labels_sha256: labelsSha256,
    label_lag_s: examples.labels.lagMs / 1000,
    labels_as_of_ms: examples.labels.asOfMs,
    rows: {
      received: counts.received,
      unreadable: counts.unreadable,
      invalid: counts.invalid,
      not_yet_known: counts.notYetKnown,
      duplicate: counts.duplicate,
      corrected: counts.corrected,
      settled: counts.settled,
    },
    settled: {
      used: outcomes.used,
      unknown_line: outcomes.unknownLine,
      too_early: outcomes.tooEarly,
      too_late: outcomes.tooLate,
      window_empty: outcomes.empty,
      window_below_coverage: outcomes.belowCoverage,
      window_incomplete: outcomes.incomplete,
    },
  };
}

function clockJson({ asKnown }: ExportRequest): object {
  if (asKnown === null) return { as_known: false };
  const { arrivalColumn, outOfOrderMs, idleAfterMs, maxFutureMs } = asKnown;
  const byColumn = { idle_after_s: idleAfterMs / 1000, max_future_s: maxFutureMs / 1000 };
  return {
    as_known: true,
    arrival_column: arrivalColumn,
    out_of_order_s: outOfOrderMs / 1000,
    ...(arrivalColumn === null ? {} : byColumn),
  };
}

function comparisonJson({ clocks }: Gathered): object {
  if (clocks === null) return {};
  return {
    against_all_data: {
      equal: clocks.equal,
      different: clocks.different,
      only_as_known: clocks.onlyAsKnown,
      only_all_data: clocks.onlyAllData,
      differing_share: clocks.share,
    },
  };
}

function splitsJson({ request, splits }: ManifestParts): object {
  return {
    spec: request.split.text,
    embargo_s: request.embargoMs / 1000,
    seed: request.seed,
    boundaries_ms: splits.boundariesMs,
    purged: splits.purged,
    groups: splits.groups,
    folds: splits.folds,
  };
}

function splitJson(split: WrittenSplit): object {
  return {
    split: split.name,
    examples: split.examples,
    first_window_end_ms: split.firstEndMs,
    last_window_end_ms: split.lastEndMs,
    parts: split.parts,
    targets: split.targets,
    inputs: split.inputs,
  };
}

function countsJson(counts: ExportedWindowCounts): object {
  return {
    scored: counts.scored,
    below_coverage: counts.belowCoverage,
    incomplete: counts.incomplete,
    below_coverage_by_input: [...counts.belowCoverageByInput],
    incomplete_by_input: [...counts.incompleteByInput],
  };
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}

/** Of everything beside the samples that decides about the bytes of a tensor. */
function semanticsHash(form: TensorForm, clock: object): string {
  const windows = form.definitions.map((definition) => {
    const { input_metric_ids, window_size_s, step_size_s, resolution_s, ...rest } =
      definitionJson(definition);
    const { aggregate, fill, allow_missing, min_coverage, allowed_lateness_s, layout } = rest;
    const sizes = [window_size_s, step_size_s, resolution_s];
    const rules = [aggregate, fill, allow_missing, min_coverage, allowed_lateness_s, layout];
    return [input_metric_ids, sizes, rules];
  });
  const text = JSON.stringify([SEMANTICS_VERSION, form.dtype, clock, windows]);
  return createHash('sha256').update(text).digest('hex');
}
