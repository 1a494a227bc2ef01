/** Damaged or foreign pane messages are refused, whatever was damaged. */
import { describe, expect, it } from 'vitest';
import { PaneStage, WindowStage } from '../../src/index.ts';
import { CollectingSink } from '../collecting-sink.ts';
import { options, sampleBatches, targets } from './lines.ts';

function messages(): Uint8Array[] {
  const sent: Uint8Array[] = [];
  const stage = new PaneStage(targets, options);
  for (const batch of sampleBatches()) {
    stage.push(batch);
    stage.run({ full: false, write: (message) => sent.push(message) });
  }
  return sent;
}

describe('pane messages', () => {
  const message = messages().find((bytes) => bytes.length > 200)!;

  it('are refused with any bit flipped', () => {
    for (let bit = 0; bit < message.length * 8; bit++) {
      const damaged = message.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => new WindowStage(targets, options).push(damaged)).toThrow(/pane message/);
    }
  });

  it('are refused wherever they are cut off', () => {
    for (let length = 0; length < message.length; length++) {
      const stage = new WindowStage(targets, options);
      expect(() => stage.push(message.subarray(0, length))).toThrow(/pane message/);
    }
  });

  it('are refused by a stage with other definitions', () => {
    const other = targets.map(({ definition, dtype }) => ({
      definition: { ...definition, minCoverage: 0.5 },
      dtype,
    }));
    expect(() => new WindowStage(other, options).push(message)).toThrow(/other definitions/);
  });

  it('are taken from any place in memory', () => {
    const shifted = new Uint8Array(message.length + 3);
    shifted.set(message, 3);
    const stage = new WindowStage(targets, options);
    stage.push(shifted.subarray(3));
    expect(stage.run(new CollectingSink(targets))).toBe(true);
  });
});
