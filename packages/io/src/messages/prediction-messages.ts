/**
 * Predictions as messages. The attributes say which prediction a message holds (its name, its line and its model), so that a
 * subscription can filter and a receiver can tell a repetition without reading the body.
 */
import { RECORD_BYTES } from '@windrow/codecs';
import { assert, type PredictionBatch } from '@windrow/core';
import { NdjsonEncoder } from '../files/encode/ndjson-encoder.ts';
import { PredictionRecordEncoder } from '../files/encode/record-encoder.ts';
import { predictionTable } from '../tables/prediction-table.ts';
import { jsonLines } from './internal/json-lines.ts';
import { TYPE_OF_FORM } from './message-form.ts';
import { FORM_ATTRIBUTE, TYPE_ATTRIBUTE, type Message } from './message.ts';

/** Pub/Sub takes no more in the value of an attribute. */
const ATTRIBUTE_BYTES_MAX = 1024;

export interface PredictionMessageOptions {
  /** `json`: every field that SEMANTICS.md gives a prediction; `records`: metric id, window's end and value. */
  readonly form: 'json' | 'records';
  /**
   * Predictions a message at most, at least 1. With more than one the attributes name none: JSON is then an object a line,
   * records stand one after the other.
   */
  readonly pack: number;
  /** Messages hold predictions of one line only. */
  readonly byLine: boolean;
}

/** A message, and the line that its predictions belong to (null where they may belong to several). */
export interface PredictionMessage extends Message {
  readonly lineId: string | null;
}

/** The messages of a batch, in its order (of each line's, with `byLine`). */
export function predictionMessages(
  batch: PredictionBatch,
  options: PredictionMessageOptions,
): PredictionMessage[] {
  assert(options.pack >= 1, 'a message holds at least one prediction');
  const bodies = options.form === 'json' ? jsonBodies(batch) : recordBodies(batch);
  const messages: PredictionMessage[] = [];
  for (const rows of options.byLine ? rowsByLine(batch) : [allRows(batch)]) {
    for (let at = 0; at < rows.length; at += options.pack) {
      messages.push(messageOf(batch, rows.slice(at, at + options.pack), bodies, options));
    }
  }
  return messages;
}

function messageOf(
  batch: PredictionBatch,
  rows: readonly number[],
  bodies: readonly Buffer[],
  { form, pack, byLine }: PredictionMessageOptions,
): PredictionMessage {
  const lineId = byLine || pack === 1 ? lineOf(batch, rows[0]!) : null;
  const parts = rows.map((row) => bodies[row]!);
  return {
    bytes: parts.length === 1 ? parts[0]! : Buffer.concat(withLineFeeds(parts, form)),
    attributes: {
      [FORM_ATTRIBUTE]: form,
      [TYPE_ATTRIBUTE]: form === 'json' && pack > 1 ? 'application/x-ndjson' : TYPE_OF_FORM[form],
      ...(pack === 1 ? nameOf(batch, rows[0]!) : {}),
      ...(lineId === null ? {} : { line_id: lineId }),
    },
    lineId,
  };
}

function withLineFeeds(parts: readonly Buffer[], form: 'json' | 'records'): readonly Buffer[] {
  const feed = Buffer.from('\n');
  return form === 'json' ? parts.flatMap((part) => [part, feed]) : parts;
}

/** What names a prediction, and the model that made it. An identifier too long for an attribute is in the body only. */
function nameOf(batch: PredictionBatch, row: number): Record<string, string> {
  const definition = batch.definitions[batch.definitionIndex[row]!]!;
  const model = batch.models[batch.modelIndex[row]!]!;
  const attributes: Record<string, string> = {
    metric_id: definition.outputMetricId,
    window_end_ms: String(batch.windowEndsMs[row]!),
    revision: String(batch.revisions[row]!),
    model_version: String(model.version),
  };
  if (Buffer.byteLength(model.identifier) <= ATTRIBUTE_BYTES_MAX) {
    attributes['model_identifier'] = model.identifier;
  }
  return attributes;
}

function lineOf(batch: PredictionBatch, row: number): string {
  return batch.definitions[batch.definitionIndex[row]!]!.lineId;
}

function allRows(batch: PredictionBatch): number[] {
  return Array.from({ length: batch.length }, (_, row) => row);
}

function rowsByLine(batch: PredictionBatch): Iterable<number[]> {
  const byLine = new Map<string, number[]>();
  for (let row = 0; row < batch.length; row++) {
    const line = lineOf(batch, row);
    const rows = byLine.get(line);
    if (rows === undefined) byLine.set(line, [row]);
    else rows.push(row);
  }
  return byLine.values();
}

function jsonBodies(batch: PredictionBatch): Buffer[] {
  return jsonLines(new NdjsonEncoder(predictionTable).encode(batch));
}

function recordBodies(batch: PredictionBatch): Buffer[] {
  const bytes = Buffer.concat([...new PredictionRecordEncoder().encode(batch)]);
  return Array.from({ length: batch.length }, (_, row) =>
    bytes.subarray(row * RECORD_BYTES, (row + 1) * RECORD_BYTES),
  );
}
