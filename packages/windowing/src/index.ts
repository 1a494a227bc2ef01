/** Samples to cells to panes to windows to tensors; see `docs/WINDOWING.md`. */
export {
  greatestCommonDivisor,
  neededRange,
  planWindows,
  type LinePlan,
  type Plan,
  type RingPlan,
  type TrackPlan,
  type WindowPlan,
  type WindowTarget,
} from './plan.ts';
export {
  CHUNK_BYTES_PER_POINT,
  paneCells,
  planCost,
  publishedCost,
  type PlanCost,
} from './cost.ts';
export type { Delivery, DeliveryRule } from './delivery.ts';
export type { TensorSink } from './tensor-sink.ts';
export { SampleStage, type Arrival, type EngineHooks, type EngineOptions } from './sample-stage.ts';
export { SNAPSHOT_PARTS } from './snapshot/line-turns.ts';
export { WindowEngine, type SnapshotProgress } from './window-engine.ts';
export type { EndRange } from './end-range.ts';
export { NO_OBSERVATION, type WindowInspection } from './window-inspection.ts';
export type { WindowCounts } from './window-state.ts';
export {
  readTensorBatch,
  tensorRecordBatch,
  tensorSchema,
  tensorShape,
  type TensorBatch,
  type TensorColumns,
} from './arrow/fixed-shape-tensor.ts';
export {
  explain,
  sharingOf,
  type ExplainedLine,
  type ExplainedTrack,
  type ExplainedWindow,
  type Explanation,
  type Sharing,
} from './explain.ts';
export { PaneStage, type PaneSink } from './seam/pane-stage.ts';
export { WindowStage } from './seam/window-stage.ts';
