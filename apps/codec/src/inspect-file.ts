/** `inspect`: the form of a file, its samples, and its metrics. */
import { formatTime, type SampleBatch } from '@windrow/core';
import { formatBytes, formatCount, formatTable } from '@windrow/cli';
import type { CodecContext } from './codec.ts';
import type { Refusals } from './refusals.ts';
import type { SampleInput } from './sample-input.ts';

/** Metrics that are listed. */
const LISTED = 100;

/** What was seen of a metric. */
interface Seen {
  count: number;
  invalid: number;
  minMs: number;
  maxMs: number;
  min: number;
  max: number;
}

/** Prints what is in a file. */
export async function inspectFile(
  input: SampleInput,
  { terminal, signal }: CodecContext,
  refusals: Refusals,
): Promise<void> {
  const dictionary = input.dictionary();
  const bySlot: Seen[] = [];
  let batches = 0;
  for await (const batch of input.read(dictionary, refusals.take)) {
    signal.throwIfAborted();
    batches++;
    tally(batch, bySlot);
  }
  const all = bySlot.reduce(joined, nothing());
  const facts: (readonly [string, string])[] = [
    ['file', input.path],
    ['form', input.form],
    ['size', `${formatBytes(input.sizeBytes)} (${formatCount(input.sizeBytes)} bytes)`],
    ...(await input.facts()),
    ...(input.form === 'stream' ? ([['blocks of samples', formatCount(batches)]] as const) : []),
    ['samples', formatCount(all.count)],
    ['metrics', formatCount(bySlot.length)],
  ];
  if (all.count > 0) {
    facts.push(['bytes a sample', (input.sizeBytes / all.count).toFixed(3)]);
    facts.push(['time', `${formatTime(all.minMs)} to ${formatTime(all.maxMs)}`]);
    facts.push(['not finite', formatCount(all.invalid)]);
  }
  if (refusals.count > 0) facts.push(['refused', formatCount(refusals.count)]);
  terminal.stdout.write(formatTable([{ title: '' }, { title: '' }], facts));
  if (bySlot.length === 0) return;
  terminal.stdout.write(`\n${metricTable(bySlot, (slot) => dictionary.text(slot))}`);
  if (bySlot.length > LISTED) {
    terminal.stdout.write(`and ${formatCount(bySlot.length - LISTED)} metrics more\n`);
  }
}

function nothing(): Seen {
  const { POSITIVE_INFINITY: least, NEGATIVE_INFINITY: greatest } = Number;
  return { count: 0, invalid: 0, minMs: least, maxMs: greatest, min: least, max: greatest };
}

function tally({ length, slots, timestampsMs, values }: SampleBatch, bySlot: Seen[]): void {
  for (let row = 0; row < length; row++) {
    const slot = slots[row]!;
    if (slot < 0) continue;
    const seen = (bySlot[slot] ??= nothing());
    const timestampMs = timestampsMs[row]!;
    const value = values[row]!;
    seen.count++;
    if (timestampMs < seen.minMs) seen.minMs = timestampMs;
    if (timestampMs > seen.maxMs) seen.maxMs = timestampMs;
    if (!Number.isFinite(value)) {
      seen.invalid++;
      continue;
    }
    if (value < seen.min) seen.min = value;
    if (value > seen.max) seen.max = value;
  }
}

function joined(a: Seen, b: Seen): Seen {
  return {
    count: a.count + b.count,
    invalid: a.invalid + b.invalid,
    minMs: Math.min(a.minMs, b.minMs),
    maxMs: Math.max(a.maxMs, b.maxMs),
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

function metricTable(bySlot: readonly Seen[], idOf: (slot: number) => string): string {
  const right = 'right';
  const columns = [
    { title: 'metric' },
    { title: 'samples', align: right },
    { title: 'from' },
    { title: 'to' },
    { title: 'least', align: right },
    { title: 'greatest', align: right },
  ] as const;
  const rows = bySlot
    .slice(0, LISTED)
    .map((seen, slot) => [
      idOf(slot),
      formatCount(seen.count),
      formatTime(seen.minMs),
      formatTime(seen.maxMs),
      seen.invalid === seen.count ? '' : String(seen.min),
      seen.invalid === seen.count ? '' : String(seen.max),
    ]);
  return formatTable(columns, rows);
}
