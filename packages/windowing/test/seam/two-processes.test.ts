/** Stage 1 here, stage 2 in another process, encoded pane chunks between them: the tensors of one process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PaneStage, WindowEngine } from '../../src/index.ts';
import { CollectingSink } from '../collecting-sink.ts';
import { options, sampleBatches, targets } from './lines.ts';

it('gives the tensors, revisions and counts of one process', async () => {
  const engine = new WindowEngine(targets, options);
  const whole = new CollectingSink(targets);
  for (const batch of sampleBatches()) {
    engine.push(batch);
    whole.runAll(engine);
  }
  engine.finish();
  whole.runAll(engine);

  const child = fork(join(import.meta.dirname, 'stage-two.ts'), {
    execArgv: ['--conditions=windrow-source'],
    serialization: 'advanced',
  });
  const answer = Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`stage 2 ended with ${code}`))),
  ]);
  let sentBytes = 0;
  const panes = {
    full: false,
    write: (message: Uint8Array): void => {
      sentBytes += message.length;
      child.send(message);
    },
  };
  const first = new PaneStage(targets, options);
  for (const batch of sampleBatches()) {
    first.push(batch);
    first.run(panes);
  }
  first.finish();
  first.run(panes);
  child.send('end');
  const [result] = (await answer) as [{ tensors: CollectingSink['tensors']; windows: unknown }];

  const byTarget = (tensors: CollectingSink['tensors']): unknown =>
    targets.map((_, target) => tensors.filter((tensor) => tensor.target === target));
  expect(whole.tensors.length).toBeGreaterThan(400);
  expect(engine.windows().some((counts) => counts.rescored > 0)).toBe(true);
  expect(byTarget(result.tensors)).toEqual(byTarget(whole.tensors));
  expect(result.windows).toEqual(engine.windows());
  expect(first.samples()).toEqual(engine.samples());
  // Less than the samples took as 32-byte records, late cells and headers included.
  expect(sentBytes).toBeLessThan(engine.samples().received * 32);
});
