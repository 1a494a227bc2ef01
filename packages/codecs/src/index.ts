/** Compact, lossless binary forms of sensor metrics. The bytes are described in docs/FORMAT.md. */
export * from './decode/records.ts';
export * from './encode/records.ts';
export * from './record-layout.ts';
export * from './record-object.ts';
