/** Tensors in, numbers out: model store, ONNX sessions, batching. */
export * from './check-model.ts';
export * from './create-scorer.ts';
export * from './folder-model-store.ts';
export * from './golden-vectors.ts';
export * from './model-events.ts';
export * from './model-index.ts';
export * from './model-info.ts';
export * from './model-proto.ts';
export * from './model-scorer.ts';
export * from './model-statistics.ts';
export * from './model-store.ts';
export * from './onnx-model.ts';
export * from './open-model-store.ts';
export * from './quantile-sketch.ts';
export * from './scorer-statistics.ts';
export * from './tensor-value.ts';
export * from './value-statistics.ts';
