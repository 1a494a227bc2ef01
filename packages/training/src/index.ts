/** Training sets that equal production: examples, labels, splits, two clocks, verification. See `docs/TRAINING.md`. */
export { exportDataset, type ExportReport } from './dataset/export-dataset.ts';
export type { ExportRequest, LabelRequest, WindowRequest } from './dataset/export-request.ts';
export { readDataset, type Dataset } from './dataset/read-manifest.ts';
export { LABEL_COLUMNS, type LabelColumn, type LabelMapping } from './labels/label-reader.ts';
export { readTable } from './labels/read-table.ts';
export { FLAT_FORMS, type FlatForm } from './output/example-layout.ts';
export { OUTPUT_FORMATS, type OutputFormat } from './output/split-writer.ts';
export type { RunOwner } from './output/run-owner.ts';
export { parseSplit, type SplitSpec } from './splits/split-spec.ts';
export { metricsOf } from './targets/target-spec.ts';
export { selectDefinitions } from './tensor-form.ts';
export { verifyDataset, type VerifyReport, type VerifyRequest } from './verify/verify-dataset.ts';
export type { Fit } from './score/fit.ts';
export { scoreDataset, type ScoreReport, type ScoreRequest } from './score/score-dataset.ts';
