import { checkDefinitions, type PredictionBatch } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { predictionMessages } from '../../src/index.ts';
import { decode } from './decoded.ts';

const LINES = ['613cbd00-1279-420e-b0c5-dc310b9978b9', '713cbd00-1279-420e-b0c5-dc310b9978b9'];
const OUTPUTS = ['1caeef70-43b1-4813-9698-c9462e2d1de3', '2caeef70-43b1-4813-9698-c9462e2d1de3'];

function batch(identifier = 'pressure'): PredictionBatch {
  const definitions = checkDefinitions(
    LINES.map((line_id, i) => ({
      where: `entry ${i}`,
      value: {
        input_metric_ids: ['3ea26934-8464-54d1-86a6-70a5c7c9a5f3'],
        window_size_s: 300,
        step_size_s: 10,
        line_id,
        model_identifier: identifier,
        model_version: null,
        output_metric_id: OUTPUTS[i],
        output_device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
        output_machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
        output_metric_name: 'a "name"',
      },
    })),
    'test',
  );
  return {
    length: 3,
    definitions,
    models: [{ identifier, version: 7, sha256: 'ab'.repeat(32) }],
    definitionIndex: Int32Array.of(0, 1, 0),
    modelIndex: Int32Array.of(0, 0, 0),
    windowEndsMs: Float64Array.of(600_000, 600_000, 610_000),
    values: Float64Array.of(1.5, -0, 0.1),
    revisions: Int32Array.of(0, 2, 0),
  };
}

const one = { form: 'json', pack: 1, byLine: false } as const;

describe('predictions as messages', () => {
  it('are one JSON object each, with every field, and their name as attributes', () => {
    const messages = predictionMessages(batch(), one);
    expect(messages).toHaveLength(3);
    expect(messages[1]!.attributes).toEqual({
      'windrow-form': 'json',
      'content-type': 'application/json',
      metric_id: OUTPUTS[1],
      line_id: LINES[1],
      window_end_ms: '600000',
      revision: '2',
      model_identifier: 'pressure',
      model_version: '7',
    });
    expect(Buffer.from(messages[1]!.bytes).toString()).toBe(
      `{"metric_id":"${OUTPUTS[1]}","timestamp_ms":600000,"value":-0,"line_id":"${LINES[1]}","device_id":"b9be0864-8a25-4260-bd84-0c90aac0c38a","machine_id":"602edb42-9d61-42c0-869c-3897b9d040c7","name":"a \\"name\\"","window_start_ms":300000,"window_end_ms":600000,"model_identifier":"pressure","model_version":7,"model_sha256":"${'ab'.repeat(32)}","revision":2}`,
    );
  });

  it('can be read as samples again, in every form and packing', () => {
    for (const form of ['json', 'records'] as const) {
      for (const pack of [1, 2, 100]) {
        const messages = predictionMessages(batch(), { form, pack, byLine: false });
        expect(messages).toHaveLength(Math.ceil(3 / pack));
        expect(decode(messages)).toEqual({
          rows: [
            [OUTPUTS[0], 600_000, 1.5],
            [OUTPUTS[1], 600_000, -0],
            [OUTPUTS[0], 610_000, 0.1],
          ],
          letters: [],
        });
      }
    }
  });

  it('hold those of one line only where they are to keep its order', () => {
    const messages = predictionMessages(batch(), { form: 'records', pack: 5, byLine: true });
    expect(messages.map(({ lineId }) => lineId)).toEqual(LINES);
    expect(messages.map(({ attributes }) => attributes['line_id'])).toEqual(LINES);
    expect(messages.map((each) => decode([each]).rows.length)).toEqual([2, 1]);
    expect(predictionMessages(batch(), { ...one, pack: 5 })[0]!.lineId).toBeNull();
  });

  it('name no prediction where they hold several', () => {
    const [message] = predictionMessages(batch(), { ...one, pack: 3 });
    expect(message!.attributes).toEqual({
      'windrow-form': 'json',
      'content-type': 'application/x-ndjson',
    });
  });

  it('have no attribute that Pub/Sub would not take', () => {
    const [message] = predictionMessages(batch('ü'.repeat(513)), one);
    expect(message!.attributes).not.toHaveProperty('model_identifier');
    expect(predictionMessages(batch('ü'.repeat(512)), one)[0]!.attributes).toHaveProperty(
      'model_identifier',
    );
  });

  it('are none where there is no prediction', () => {
    for (const form of ['json', 'records'] as const) {
      for (const byLine of [true, false]) {
        const empty = { ...batch(), length: 0 };
        expect(predictionMessages(empty, { form, pack: 2, byLine })).toEqual([]);
      }
    }
  });
});
