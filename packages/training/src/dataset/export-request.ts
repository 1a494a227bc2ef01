/** Everything that an export is asked for. */
import type { Definition } from '@windrow/core';
import type { PassOptions } from '../collect/collect-windows.ts';
import type { ReplayOptions } from '../collect/replay-windows.ts';
import type { LabelMapping } from '../labels/label-reader.ts';
import type { FlatForm } from '../output/example-layout.ts';
import type { RunOwner } from '../output/run-owner.ts';
import type { OutputFormat } from '../output/split-writer.ts';
import type { SplitSpec } from '../splits/split-spec.ts';
import type { Dtype } from '../tensor-form.ts';

export interface LabelRequest {
  readonly path: string;
  readonly mapping: LabelMapping;
  /** Added to a label's time before its window is looked for; may be negative. */
  readonly lagMs: number;
  /** Labels known after it are left out; null: none. */
  readonly asOfMs: number | null;
}

export interface WindowRequest {
  /** As users write them: `NAME=METRIC_ID`. */
  readonly targets: readonly string[];
  readonly horizonMs: number;
  readonly spanMs: number | null;
}

export interface ExportRequest {
  readonly definitions: readonly Definition[];
  readonly dtype: Dtype;
  /** A table of labels, or every window. */
  readonly examples:
    | { readonly from: 'labels'; readonly labels: LabelRequest }
    | { readonly from: 'windows'; readonly windows: WindowRequest };
  /** Windows are made in slices of so many ms, which a run that fails leaves for the next; null: at once. */
  readonly sliceMs: number | null;
  /** null: windows are made of all samples. */
  readonly asKnown: ReplayOptions | null;
  readonly split: { readonly text: string; readonly spec: SplitSpec };
  readonly embargoMs: number;
  readonly seed: number;
  /** Names of metrics by id, for columns; those without a name are `input_0`, `input_1`, ... */
  readonly metricNames: ReadonlyMap<string, string>;
  readonly output: {
    readonly path: string;
    readonly overwrite: boolean;
    readonly owner: RunOwner;
    /** Told in a line of what a killed run may have left. Default: nobody is. */
    readonly note?: (text: string) => void;
    readonly format: OutputFormat;
    readonly flat: FlatForm;
    readonly npy: boolean;
  };
  /** For the manifest: the program and its version, and the command with its arguments. */
  readonly tool: { readonly version: string; readonly command: readonly string[] };
  readonly pass: PassOptions;
}
