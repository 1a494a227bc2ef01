/**
 * How fast messages are read from a subscription and predictions written to a topic: `node test/src/pubsub/measure.ts`.
 *
 * The server is the fake, in a process of its own. What is counted is the processor time of this process, since the machine
 * may have other things to do.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { StreamEncoder, encodeRecords } from '@windrow/codecs';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import { openPubSubPredictionSink } from '@windrow/io-pubsub';
import { PubSubFake } from '../fakes/pubsub/pubsub-fake.ts';
import { predictionBatch } from './prediction-batch.ts';
import { PROJECT } from './pubsub-admin.ts';
import { METRIC, environment, openSource } from './reading.ts';

const TOPIC = `projects/${PROJECT}/topics/measured`;

interface Shape {
  readonly form: 'json' | 'records' | 'stream';
  readonly samples: number;
  readonly messages: number;
}

const SHAPES: readonly Shape[] = [
  { form: 'json', samples: 1, messages: 100_000 },
  { form: 'json', samples: 100, messages: 20_000 },
  { form: 'records', samples: 100, messages: 20_000 },
  { form: 'records', samples: 1000, messages: 5000 },
  { form: 'stream', samples: 1000, messages: 5000 },
];

function messageOf({ form, samples }: Shape, start: number): Uint8Array {
  const columns = new SampleColumns(MetricDictionary.of([METRIC]), samples);
  for (let i = 0; i < samples; i++) {
    columns.push(0, 1_700_000_000_000 + start + i, Math.round(Math.sin(start + i) * 1e4) / 100);
  }
  if (form === 'records') {
    const bytes = new Uint8Array(samples * 32);
    encodeRecords(columns, bytes, 0);
    return bytes;
  }
  if (form === 'stream') {
    const encoder = new StreamEncoder();
    const blocks: Uint8Array[] = [];
    const emit = (bytes: Uint8Array): void => {
      blocks.push(bytes.slice());
    };
    encoder.write(columns, emit);
    encoder.flush(emit);
    return Buffer.concat(blocks);
  }
  const objects = Array.from({ length: samples }, (_, i) => ({
    metric_id: METRIC,
    timestamp_ms: columns.timestampsMs[i]!,
    value: columns.values[i]!,
  }));
  return Buffer.from(JSON.stringify(samples === 1 ? objects[0] : objects));
}

/** The other process: a fake with a subscription for each shape, full. */
async function serve(): Promise<void> {
  const fake = await PubSubFake.start();
  for (const [i, shape] of SHAPES.entries()) {
    fake.createTopic(`${TOPIC}-${i}`);
    fake.createSubscription(`projects/${PROJECT}/subscriptions/measured-${i}`, `${TOPIC}-${i}`);
    const data = Array.from({ length: shape.messages }, (_, k) => ({
      data: messageOf(shape, k * shape.samples),
    }));
    fake.publish(`${TOPIC}-${i}`, data);
  }
  fake.createTopic(TOPIC);
  process.send?.(fake.host);
}

async function readAll(host: string, index: number, { messages, samples }: Shape): Promise<string> {
  const source = openSource(host, `measured-${index}`, 'max_messages=50000');
  const stop = new AbortController();
  let count = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for await (const { batch, sequence } of source.deliveries({
    dictionary: MetricDictionary.of([METRIC]),
    reject: ({ reason }) => {
      throw new Error(reason);
    },
    resumeAt: null,
    signal: stop.signal,
  })) {
    count += batch.length;
    void source.acknowledge(sequence);
    if (count === messages * samples) stop.abort();
  }
  await source.close();
  return rates(messages, messages * samples, start, cpu);
}

function rates(messages: number, rows: number, start: number, before: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(before);
  const cpuS = (user + system) / 1e6;
  const wallS = (performance.now() - start) / 1000;
  const rate = (n: number, s: number): string => Math.round(n / s).toLocaleString('en');
  return `${rate(messages, cpuS)} messages and ${rate(rows, cpuS)} rows a CPU second (${rate(rows, wallS)} rows a second of the clock)`;
}

async function main(): Promise<void> {
  const server = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv });
  const [host] = (await once(server, 'message')) as [string];
  for (const [i, shape] of SHAPES.entries()) {
    const line = await readAll(host, i, shape);
    process.stdout.write(`read ${shape.form}, ${shape.samples} a message: ${line}\n`);
  }
  for (const query of ['', 'pack=100', 'form=records&pack=100']) {
    const uri = `pubsub://${PROJECT}/measured?${query}`;
    const sink = openPubSubPredictionSink(uri, environment(host));
    const batch = predictionBatch(10_000);
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < 10; i++) await sink.publish(batch);
    const { messages } = sink.status().counters as { messages: number };
    process.stdout.write(`write ${query || 'json'}: ${rates(messages, 100_000, start, cpu)}\n`);
    await sink.close();
  }
  server.kill();
}

await (process.argv[2] === 'serve' ? serve() : main());
