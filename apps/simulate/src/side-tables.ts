/** What is written beside the samples, as texts: laboratory results, metrics, definitions. */
import {
  definitionsFor,
  LAB_TARGET,
  labResults,
  simulatedLines,
  type SimOptions,
} from '@windrow/simulator';

const CHUNK_LINES = 10_000;

/** Laboratory results as CSV, in pieces of some thousand lines; times in ms since the epoch. */
export function* labCsv(options: SimOptions, everyS: number): Generator<string> {
  const { length, lines, lineIndex, timestampsMs, knownMs, values } = labResults(options, {
    everyS,
  });
  let text = 'line_id,timestamp_ms,known_ms,value,target\n';
  for (let i = 0; i < length; i++) {
    const line = lines[lineIndex[i]!]!;
    text += `${line.lineId},${timestampsMs[i]},${knownMs[i]},${values[i]},${LAB_TARGET.name}\n`;
    if ((i + 1) % CHUNK_LINES !== 0) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** The metrics of all lines as CSV, a piece a line. */
export function* metricsCsv(options: SimOptions): Generator<string> {
  yield 'metric_id,name,unit,line_id,line\n';
  for (const { lineId, name: line, metrics } of simulatedLines(options)) {
    yield metrics
      .map(({ metricId, name, unit }) => `${metricId},${name},${unit},${lineId},${line}\n`)
      .join('');
  }
}

/** A definitions file. */
export function* definitionsJson(options: SimOptions, stepS: number): Generator<string> {
  yield `${JSON.stringify(definitionsFor(options, { stepS }), null, 2)}\n`;
}
