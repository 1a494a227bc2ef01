/** `compare`: what each form would cost for the samples of a file, and how fast it is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SampleColumns, WindrowError, type SampleBatch } from '@windrow/core';
import { formatCount, formatRate, formatTable } from '@windrow/cli';
import type { CodecContext } from './codec.ts';
import { contendersOf, type Contender } from './contenders.ts';
import { Fingerprint } from './fingerprint.ts';
import { knownRows } from './known-rows.ts';
import type { Refusals } from './refusals.ts';
import type { SampleInput } from './sample-input.ts';

/** Each contender is timed so many times; the least time counts. */
const PASSES = 3;

/** What a contender took. */
interface Cost {
  readonly name: string;
  readonly bytes: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
}

/** Prints a table of all forms, the smallest first. */
export async function compare(
  input: SampleInput,
  context: CodecContext,
  refusals: Refusals,
): Promise<void> {
  const { options, terminal, signal } = context;
  const batch = await collect(input, options.maxSamples, refusals);
  if (batch.length === 0) {
    throw new WindrowError('INPUT', `${input.path}: found no sample, expected one at least`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'windrow-codec-'));
  const costs: Cost[] = [];
  try {
    for (const contender of contendersOf(batch, folder, options)) {
      signal.throwIfAborted();
      terminal.stderr.write(`${contender.name}\n`);
      costs.push(await costOf(contender, () => terminal.elapsedMs(), batch));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const isCut = batch.length === options.maxSamples;
  terminal.stdout.write(
    `${input.path}: ${formatCount(batch.length)} samples${isCut ? ' (the first ones: --max-samples)' : ''} of ${formatCount(batch.dictionary.size)} metrics\n\n`,
  );
  terminal.stdout.write(table(costs, batch.length));
}

/** The first samples of a file, in memory. */
async function collect(
  input: SampleInput,
  most: number,
  refusals: Refusals,
): Promise<SampleColumns> {
  const dictionary = input.dictionary();
  let columns = new SampleColumns(dictionary, 65_536);
  for await (const read of input.read(dictionary, refusals.take)) {
    const batch = knownRows(read);
    const count = Math.min(batch.length, most - columns.length);
    if (columns.length + count > columns.capacity) {
      const grown = new SampleColumns(dictionary, 2 * (columns.length + count));
      append(grown, columns, columns.length);
      columns = grown;
    }
    append(columns, batch, count);
    if (columns.length === most) break;
  }
  return columns;
}

function append(columns: SampleColumns, batch: SampleBatch, count: number): void {
  const { length } = columns;
  columns.slots.set(batch.slots.subarray(0, count), length);
  columns.timestampsMs.set(batch.timestampsMs.subarray(0, count), length);
  const bits = new BigUint64Array(batch.values.buffer, batch.values.byteOffset, count);
  new BigUint64Array(columns.values.buffer).set(bits, length);
  columns.length += count;
}

/** Checks that a contender gives back the points it was given, then times it. */
async function costOf(
  contender: Contender,
  nowMs: () => number,
  batch: SampleBatch,
): Promise<Cost> {
  const expected = new Fingerprint();
  expected.take(batch.timestampsMs, batch.values, batch.length);
  let bytes = await contender.encode();
  const actual = new Fingerprint();
  await contender.decode(actual.take);
  if (actual.toString() !== expected.toString()) {
    throw new Error(
      `${contender.name}: gave back ${actual.toString()}, not ${expected.toString()}`,
    );
  }
  let encodeMs = Number.POSITIVE_INFINITY;
  let decodeMs = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < PASSES; pass++) {
    const startMs = nowMs();
    bytes = await contender.encode();
    const middleMs = nowMs();
    await contender.decode(ignore);
    const endMs = nowMs();
    encodeMs = Math.min(encodeMs, middleMs - startMs);
    decodeMs = Math.min(decodeMs, endMs - middleMs);
  }
  return { name: contender.name, bytes, encodeMs, decodeMs };
}

function ignore(): void {
  // Only the time counts.
}

function table(costs: readonly Cost[], rows: number): string {
  const sorted = costs.toSorted((a, b) => a.bytes - b.bytes);
  const least = sorted[0]!.bytes;
  const align = 'right';
  const columns = [
    { title: 'form' },
    { title: 'bytes a sample', align },
    { title: 'of the smallest', align },
    { title: 'encode', align },
    { title: 'decode', align },
  ] as const;
  const perSecond = (ms: number): string => formatRate(rows / (Math.max(ms, 0.001) / 1000));
  return formatTable(
    columns,
    sorted.map(({ name, bytes, encodeMs, decodeMs }) => [
      name,
      (bytes / rows).toFixed(3),
      `${(bytes / least).toFixed(2)}x`,
      perSecond(encodeMs),
      perSecond(decodeMs),
    ]),
  );
}
