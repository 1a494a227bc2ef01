/** The words of Windrow: what every other room is written in. */
export * from './conservation.ts';
export * from './contracts.ts';
export * from './definition.ts';
export * from './definition-file.ts';
export * from './errors.ts';
export * from './live.ts';
export * from './metric-dictionary.ts';
export * from './metric-id.ts';
export * from './prediction.ts';
export * from './refreshed.ts';
export * from './sample-batch.ts';
export * from './time.ts';
