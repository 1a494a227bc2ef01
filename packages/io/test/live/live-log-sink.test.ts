import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openLiveDeadLetterSink, openLivePredictionSink } from '../../src/index.ts';
import { plus, predictions } from './predictions.ts';

describe('log:', () => {
  it('writes lines, and has published when the stream has taken them', async () => {
    const stream = new PassThrough();
    const sink = await openLivePredictionSink('log:', { log: stream, nowMs: () => 0 });
    await sink.publish(predictions(plus(1, 2)));
    await sink.close();
    const lines = String(stream.read()).trimEnd().split('\n');
    expect(
      lines.map((line) => (JSON.parse(line) as { timestamp_ms: number }).timestamp_ms),
    ).toEqual(plus(1, 2));
    expect(sink.status()).toMatchObject({ uri: 'log:', state: 'ready', error: null });
    expect(stream.writableEnded).toBe(false);
  });

  it('waits for a stream that is slow', async () => {
    const taken: (() => void)[] = [];
    const stream = new Writable({ write: (_chunk, _encoding, done) => void taken.push(done) });
    const sink = await openLiveDeadLetterSink('log:', { log: stream, nowMs: () => 0 });
    let isPublished = false;
    const letter = { heading: 'quarantined', source: 's', row: 1, reason: 'r', raw: null } as const;
    const publishing = sink.publish([letter]).then(() => (isPublished = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(isPublished).toBe(false);
    taken[0]!();
    await publishing;
  });

  it('fails with the stream', async () => {
    const stream = new PassThrough();
    const sink = await openLivePredictionSink('log:', { log: stream, nowMs: () => 0 });
    stream.destroy();
    await expect(sink.publish(predictions(plus(1)))).rejects.toThrow(
      'log:: cannot be written: the stream is closed',
    );
    expect(sink.status()).toMatchObject({ state: 'failed', error: 'the stream is closed' });
  });
});
