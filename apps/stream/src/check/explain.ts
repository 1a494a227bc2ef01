/** `windrow-stream explain`: what the definitions come to, as JSON: which metric feeds which windows, what is shared, what it costs. */
import { MetricDictionary } from '@windrow/core';
import { WindowEngine, explain } from '@windrow/windowing';
import type { Settings } from '../config/settings.ts';
import type { Outside } from '../open/outside.ts';
import { openScorerOf, readDefinitionsOf } from './validate.ts';

const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

export async function explainStream(settings: Settings, outside: Outside): Promise<void> {
  const definitions = await readDefinitionsOf(settings, outside);
  const scorer = await openScorerOf(settings, definitions, outside);
  try {
    const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
    const engine = new WindowEngine(scorer.targets, {
      dictionary,
      outOfOrderMs: settings.outOfOrder * 1000,
      aheadMs: 0,
      range: ALL,
    });
    const { lines, sharing, cost, stateBytes } = explain(engine, dictionary, 0);
    const explained = {
      definitions: scorer.targets.map(({ definition, model, dtype }) => ({
        output_metric_id: definition.outputMetricId,
        name: definition.outputMetricName,
        line_id: definition.lineId,
        model: `${model.identifier}/${model.version}`,
        dtype,
        inputs: definition.inputMetricIds.length,
        window_s: definition.windowMs / 1000,
        step_s: definition.stepMs / 1000,
        allowed_lateness_s: definition.allowedLatenessMs / 1000,
      })),
      lines: lines.map(({ lineId, tracks }) => ({
        line_id: lineId,
        tracks: tracks.map((track) => ({
          metric_id: track.metricId,
          aggregate: track.aggregate,
          resolution_s: track.resolutionS,
          panes_s: track.panesS,
          feeds: track.windows,
        })),
      })),
      sharing,
      cost,
      state_bytes: stateBytes,
    };
    outside.terminal.stdout.write(`${JSON.stringify(explained, null, 2)}\n`);
  } finally {
    await scorer.close();
  }
}
