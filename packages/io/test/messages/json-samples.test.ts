import { MetricDictionary } from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonSamples, RowBuffer, SAMPLE_FIELDS } from '../../src/index.ts';
import { PRESSURE, SPEED, decode, message, sample } from './decoded.ts';

const good = sample(PRESSURE, 1000, 1.5);
const goodRow = [PRESSURE, 1000, 1.5];

function lettersOf(text: string): [number | null, string][] {
  return decode([message(text)]).letters.map(({ row, reason }) => [row, reason]);
}

describe('samples in JSON', () => {
  it('reads one object, an array, and an object a line', () => {
    for (const [text, count] of [
      [good, 1],
      [`\uFEFF ${good}\r\n`, 1],
      [JSON.stringify(JSON.parse(good), null, 2), 1],
      [`[${good}]`, 1],
      [`[\n  ${good},\n  ${good}\n]\n`, 2],
      [`[]`, 0],
      [`${good}\n${good}`, 2],
      [`${good}\r\n\r\n${good}\r\n`, 2],
    ] as const) {
      const { rows, letters } = decode([message(text)]);
      expect([text, letters]).toEqual([text, []]);
      expect([text, rows]).toEqual([text, Array.from({ length: count }, () => goodRow)]);
    }
  });

  it('takes a timestamp as milliseconds or as ISO 8601, the exact one first', () => {
    const of = (keys: object): unknown =>
      decode([message(JSON.stringify({ metric_id: PRESSURE, value: 1, ...keys }))]).rows[0]?.[1];
    expect(of({ timestamp_ms: 1000 })).toBe(1000);
    expect(of({ timestamp: 1000 })).toBe(1000);
    expect(of({ timestamp: 1000.75 })).toBe(1000);
    expect(of({ timestamp: -0.25 })).toBe(-1);
    expect(of({ timestamp: '1000' })).toBe(1000);
    expect(of({ timestamp: '2019-03-06T13:20:00Z' })).toBe(Date.UTC(2019, 2, 6, 13, 20));
    expect(of({ timestamp: '2019-03-06' })).toBe(Date.UTC(2019, 2, 6));
    expect(of({ timestamp: '1969-12-31T23:59:59.9999+00:00' })).toBe(-1);
    expect(of({ timestamp: '2020-01-01T00:00:00Z', timestamp_ms: 5 })).toBe(5);
    expect(of({ timestamp_ms: 5, timestamp: 'yesterday' })).toBe(5);
    expect(Object.is(of({ timestamp_ms: -0 }), 0)).toBe(true);
  });

  it('hands a null value on as invalid, and takes what is too large for one too', () => {
    expect(decode([message(sample(SPEED, 1, null))]).rows).toEqual([[SPEED, 1, Number.NaN]]);
    const { rows } = decode([message(good.replace('1.5', '-1e999'))]);
    expect(rows).toEqual([[PRESSURE, 1000, Number.NEGATIVE_INFINITY]]);
  });

  it('lets a bad object go alone, and says which it was', () => {
    const bad = [
      [sample('nonsense', 1, 1), /metric_id: found "nonsense", expected a UUID/],
      [`{"timestamp_ms":1,"value":1}`, /metric_id: found nothing, expected a UUID/],
      [sample(SPEED, 1.5, 1), /timestamp_ms: found 1.5, expected integer milliseconds/],
      [sample(SPEED, 1e16, 1), /timestamp_ms: found 10000000000000000, expected integer/],
      [`{"metric_id":"${SPEED}","value":1}`, /timestamp_ms: found nothing, and no timestamp/],
      [`{"metric_id":"${SPEED}","timestamp":"soon","value":1}`, /timestamp: found "soon"/],
      [`{"metric_id":"${SPEED}","timestamp":true,"value":1}`, /timestamp: found true/],
      [
        `{"metric_id":"${SPEED}","timestamp_ms":1,"value":"1"}`,
        /value: found "1", expected a number/,
      ],
      [`{"metric_id":"${SPEED}","timestamp_ms":1}`, /value: found nothing, expected a number/],
      [`{"metric_id":"${SPEED}","timestamp_ms":1,"value":01}`, /found no complete JSON/],
      [`17`, /found 17, expected an object with metric_id, timestamp_ms or timestamp, and value/],
    ] as const;
    for (const [text, reason] of bad) {
      for (const document of [`[${good}, ${text} ,${good}]`, `${good}\n${text}\n${good}\n`]) {
        const { rows, letters } = decode([message(document)]);
        expect([text, rows]).toEqual([text, [goodRow, goodRow]]);
        expect(letters.map((letter) => letter.row)).toEqual([2]);
        expect(letters[0]!.reason).toMatch(reason);
        expect(letters[0]!.raw).toBe(text);
      }
    }
  });

  it('makes one dead letter of a message that is one bad object, also over several lines', () => {
    expect(lettersOf('{}')).toEqual([[null, 'metric_id: found nothing, expected a UUID']]);
    expect(lettersOf(JSON.stringify({ metric_id: 'x', value: { a: 1 } }, null, 2))).toEqual([
      [null, 'metric_id: found "x", expected a UUID'],
    ]);
    expect(lettersOf('{\n  "metric_id": "x",\n  "value": {')).toHaveLength(1);
    expect(lettersOf('{"metric_id": "')).toHaveLength(1);
  });

  it('reads the lines after one that breaks off', () => {
    const { rows, letters } = decode([message(`${good.slice(0, 20)}\n${good}\n`)]);
    expect(rows).toEqual([goodRow]);
    expect(letters.map((letter) => letter.row)).toEqual([1]);
  });

  it('keeps what stands before the place where an array breaks off', () => {
    for (const [text, row, reason] of [
      [`[${good},${good.slice(0, 30)}`, 2, /the array breaks off/],
      [`[${good},`, 2, /the array breaks off/],
      [`[${good}`, 2, /from byte \d+ on: expected a comma or \]/],
      [`[${good} ${good}]`, 2, /from byte \d+ on: expected a comma or \]/],
      [`[${good}] x`, 2, /from byte \d+ on: expected nothing more/],
      [`[${good},]`, 2, /found no complete JSON/],
    ] as const) {
      const { rows, letters } = decode([message(text)]);
      expect([text, rows]).toEqual([text, [goodRow]]);
      expect([text, letters.map((letter) => letter.row)]).toEqual([text, [row]]);
      expect(letters[0]!.reason).toMatch(reason);
    }
  });

  it('refuses an object that is longer than one may be, and reads the next', () => {
    const long = `{"note":"${'x'.repeat(1 << 20)}","tags":{}}`;
    const { rows, letters } = decode([message(`${long}\n${good}`)]);
    expect(rows).toEqual([goodRow]);
    expect(letters[0]!.reason).toMatch(/expected an object of at most 1048576/);
    expect(letters[0]!.raw!.length).toBeLessThan(400);
  });

  it('finds the keys that a mapping names, and no others', () => {
    const fields = { metricId: 'id', timestamp: 'at', timestampMs: 'ms', value: 'größe' };
    const text = JSON.stringify({ id: SPEED, at: '1970-01-01T00:00:01Z', größe: 2, value: 9 });
    expect(decode([message(text)], { fields }).rows).toEqual([[SPEED, 1000, 2]]);
    expect(decode([message(good)], { fields }).letters).toHaveLength(1);
  });

  it('reads what JSON.parse reads, however it is written', () => {
    const space = fc.constantFrom('', ' ', '\t', '\r\n', ' \n ');
    const value = fc.oneof(
      fc.double().map((number) => JSON.stringify(number)),
      fc.double({ min: -1e6, max: 1e6 }).map((number) => number.toFixed(3)),
      fc.integer().map(String),
      fc.constantFrom(
        'null',
        'true',
        '-0',
        '1e5',
        '1E-400',
        '2.50e+3',
        '"1"',
        '01',
        '-',
        '1.',
        '{}',
        '[1,{"value":3}]',
      ),
      fc.json({ maxDepth: 2 }),
      fc.string().map((text) => JSON.stringify(text)),
    );
    const time = fc.oneof(
      fc.integer({ min: -1e15, max: 1e15 }).map(String),
      fc.date({ noInvalidDate: true }).map((date) => JSON.stringify(date.toISOString())),
      value,
    );
    const id = fc.oneof(
      { weight: 5, arbitrary: fc.uuid().map((text) => JSON.stringify(text)) },
      fc.uuid().map((text) => JSON.stringify(text.toUpperCase())),
      fc.uuid().map((text) => `"\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}"`),
      value,
    );
    const pair = fc.oneof(
      fc.tuple(fc.constant('metric_id'), id),
      fc.tuple(fc.constantFrom('timestamp_ms', 'timestamp'), time),
      fc.tuple(fc.constantFrom('value', 'valu\\u0065', '__proto__', 'x'), value),
    );
    const plain = fc.tuple(
      fc.tuple(fc.constant('metric_id'), id),
      fc.tuple(fc.constantFrom('timestamp_ms', 'timestamp'), time),
      fc.tuple(fc.constant('value'), value),
    );
    const object = fc
      .tuple(fc.oneof(plain, fc.array(pair, { maxLength: 5 })), space, space)
      .map(([pairs, a, b]) => {
        const inside = pairs.map(([key, text]) => `${b}"${key}"${a}:${b}${text}${a}`).join(',');
        return `{${inside}}`;
      });
    fc.assert(
      fc.property(object, (text) => {
        const { rows, letters } = decode([message(text, { 'windrow-form': 'json' })]);
        const expected = expectedOf(text);
        expect(rows).toEqual(expected === null ? [] : [expected]);
        expect(letters).toHaveLength(expected === null ? 1 : 0);
      }),
      { numRuns: 3000 },
    );
  });

  it('appends nothing for an object with something behind it', () => {
    const dictionary = new MetricDictionary();
    const samples = new JsonSamples(SAMPLE_FIELDS, dictionary);
    const rows = new RowBuffer(dictionary);
    const bytes = Buffer.from(`${good} x`);
    expect(samples.readObject(bytes, 0, bytes.length, rows)).toMatch(/found no complete JSON/);
    expect(samples.readObject(bytes, 0, good.length, rows)).toBeNull();
    expect(rows.columns.length).toBe(1);
  });
});

/** The rule, by JSON.parse and the words of SEMANTICS.md; null where it is no sample. */
function expectedOf(text: string): [string, number, number] | null {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { metric_id: id, timestamp_ms: exact, timestamp, value } = parsed;
  if (typeof id !== 'string' || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
    return null;
  let time = Number.NaN;
  if (exact !== undefined) {
    if (typeof exact === 'number' && Number.isInteger(exact)) time = exact;
  } else if (typeof timestamp === 'number') time = Math.floor(timestamp);
  else if (typeof timestamp === 'string') {
    if (/^\s*-?\d+\s*$/.test(timestamp)) time = Number(timestamp);
    else if (/^\d{4}-/.test(timestamp)) time = new Date(timestamp).getTime();
  }
  if (!(Math.abs(time) <= 8.64e15)) return null;
  if (value !== null && typeof value !== 'number') return null;
  return [id.toLowerCase(), time + 0, value ?? Number.NaN];
}
