/** Seeded extrusion lines: sensors with physics, noise, gaps and disorder, and late lab results. */
export * from './definitions-for.ts';
export * from './lab-results.ts';
export * from './line-id.ts';
export * from './live-sim-source.ts';
export { BASE_SENSOR_COUNT } from './sensors.ts';
export { simOptions, type SimOptions } from './sim-options.ts';
export * from './sim-source.ts';
export * from './sim-uri.ts';
export * from './simulated-lines.ts';
