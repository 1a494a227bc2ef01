/** `dataset.json` read back: what verification and scoring need of it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WindrowError, checkDefinitions, messageOf, type Definition } from '@windrow/core';
import * as z from 'zod';
import { FLAT_FORMS, type FlatForm } from '../output/example-layout.ts';
import { tensorFormOf, type Dtype, type TensorForm } from '../tensor-form.ts';
import { MANIFEST_FILE, MANIFEST_FORMAT, MANIFEST_VERSION, SEMANTICS_VERSION } from './manifest.ts';

/** What a dataset says of itself, as far as it is read back. */
export interface DatasetManifest {
  readonly tensor: { readonly dtype: Dtype };
  readonly inputs: readonly { readonly name: string }[];
  readonly columns: {
    readonly flat: FlatForm;
    readonly targets: readonly { readonly name: string; readonly column: string }[];
    readonly attributes: readonly string[];
  };
  readonly examples: {
    readonly from: 'windows' | 'labels';
    readonly horizon_s?: number | undefined;
    readonly span_s?: number | null | undefined;
  };
  readonly clock:
    | { readonly as_known: false }
    | {
        readonly as_known: true;
        readonly arrival_column: string | null;
        readonly out_of_order_s: number;
        readonly idle_after_s: number;
        readonly max_future_s: number;
      };
  readonly data: readonly {
    readonly split: string;
    readonly examples: number;
    readonly parts: readonly string[];
  }[];
  readonly source: {
    readonly uri: string;
    readonly start_ms: number | null;
    readonly end_ms: number | null;
  };
  readonly definitions: readonly Readonly<Record<string, unknown>>[];
}

const clock = z.union([
  z.object({ as_known: z.literal(false) }),
  z.object({
    as_known: z.literal(true),
    arrival_column: z.string().nullable(),
    out_of_order_s: z.number(),
    idle_after_s: z.number().default(0),
    max_future_s: z.number().default(0),
  }),
]);

const manifest: z.ZodType<DatasetManifest> = z.object({
  format: z.literal(MANIFEST_FORMAT),
  version: z.literal(MANIFEST_VERSION),
  semantics: z.object({ version: z.literal(SEMANTICS_VERSION), sha256: z.string() }),
  tensor: z.object({ dtype: z.enum(['float64', 'float32']) }),
  inputs: z.array(z.object({ name: z.string() })),
  columns: z.object({
    flat: z.enum(FLAT_FORMS),
    targets: z.array(z.object({ name: z.string(), column: z.string() })),
    attributes: z.array(z.string()),
  }),
  examples: z.object({
    from: z.enum(['windows', 'labels']),
    horizon_s: z.number().optional(),
    span_s: z.number().nullable().optional(),
  }),
  clock,
  data: z.array(
    z.object({ split: z.string(), examples: z.int().min(0), parts: z.array(z.string()) }),
  ),
  source: z.object({
    uri: z.string(),
    start_ms: z.number().nullable(),
    end_ms: z.number().nullable(),
  }),
  definitions: z.array(z.record(z.string(), z.unknown())).min(1),
});

export interface Dataset {
  readonly path: string;
  readonly manifest: DatasetManifest;
  readonly definitions: readonly Definition[];
  readonly form: TensorForm;
}

/** @throws WindrowError INPUT where there is no dataset, or one of another version */
export async function readDataset(path: string): Promise<Dataset> {
  const file = join(path, MANIFEST_FILE);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new WindrowError(
      'INPUT',
      `${file}: cannot be read: ${messageOf(error)}; expected a folder that windrow-train-export wrote`,
      { cause: error },
    );
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success) {
    throw new WindrowError(
      'INPUT',
      `${file}: no dataset of this version: ${z.prettifyError(parsed.error)}`,
    );
  }
  const entries = parsed.data.definitions.map((value, i) => ({ where: `definition ${i}`, value }));
  const definitions = checkDefinitions(entries, file);
  const form = tensorFormOf(definitions, parsed.data.tensor.dtype);
  return { path, manifest: parsed.data, definitions, form };
}
