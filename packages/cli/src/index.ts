/** What every Windrow command shares: arguments, help, signals, exit codes, progress, numbers, tables and charts. */
export * from './help-text.ts';
export * from './option-spec.ts';
export * from './parse-options.ts';
export * from './run-command.ts';
export * from './terminal.ts';
export * from './version.ts';
export * from './format-duration.ts';
export * from './format-number.ts';
export * from './format-table.ts';
export * from './progress.ts';
export * from './render-chart.ts';
