import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intake, type ArrivedMessage } from '../../src/internal/intake.ts';

function message(id: string, size = 1, ackId = `ack-${id}`): ArrivedMessage {
  return { id, ackId, bytes: new Uint8Array(size), attributes: {} };
}

function takeAll(intake: Intake): string[] {
  const ids: string[] = [];
  for (let next = intake.take(); next !== null; next = intake.take()) ids.push(next.id);
  return ids;
}

const wide = { maxMessages: 1000, maxBytes: 1e6 };

describe('messages in hand', () => {
  it('are handed over in order of arrival, once', () => {
    const intake = new Intake(wide);
    expect(['a', 'b', 'a'].map((id) => intake.arrive(message(id)))).toEqual([
      'taken',
      'taken',
      'redelivered',
    ]);
    expect(takeAll(intake)).toEqual(['a', 'b']);
    intake.deliver(1);
    expect(intake.arrive(message('b'))).toBe('redelivered');
    expect(takeAll(intake)).toEqual([]);
    expect(intake.size).toBe(2);
  });

  it('are acknowledged by the last ack id that came', () => {
    const intake = new Intake(wide);
    intake.arrive(message('a', 1, 'first'));
    takeAll(intake);
    intake.deliver(1);
    intake.arrive(message('a', 1, 'second'));
    expect(intake.ackIds()).toEqual(['second']);
    expect(intake.settle(1).map(({ ackId }) => ackId)).toEqual(['second']);
    expect(intake.ackIds()).toEqual([]);
  });

  it('need not be handled again once they are settled, nor after that', () => {
    const intake = new Intake(wide);
    intake.arrive(message('a'));
    takeAll(intake);
    intake.deliver(1);
    const settled = intake.settle(1);
    expect(intake.arrive(message('a'))).toBe('settled');
    intake.release(settled);
    expect(intake.arrive(message('a'))).toBe('settled');
    expect(intake.size).toBe(0);
  });

  it('are settled delivery by delivery', () => {
    const intake = new Intake(wide);
    for (const [sequence, ids] of [
      [1, ['a', 'b']],
      [2, []],
      [5, ['c']],
    ] as const) {
      for (const id of ids) intake.arrive(message(id));
      takeAll(intake);
      intake.deliver(sequence);
    }
    expect(intake.settle(0)).toEqual([]);
    expect(intake.settle(4).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(intake.settle(4)).toEqual([]);
    expect(intake.settle(5).map(({ id }) => id)).toEqual(['c']);
  });

  it('are not handed over beyond the limits, but a large one is, alone', () => {
    const intake = new Intake({ maxMessages: 2, maxBytes: 10 });
    for (const [id, size] of [
      ['a', 4],
      ['b', 4],
      ['c', 1],
      ['d', 50],
      ['e', 1],
    ] as const) {
      intake.arrive(message(id, size));
    }
    expect(intake.isFull).toBe(true);
    expect(takeAll(intake)).toEqual(['a', 'b']);
    intake.deliver(1);
    intake.release(intake.settle(1));
    expect(takeAll(intake)).toEqual(['c']);
    intake.deliver(2);
    intake.release(intake.settle(2));
    expect(takeAll(intake)).toEqual(['d']);
    intake.deliver(3);
    expect(intake.outstandingBytes).toBe(50);
    intake.release(intake.settle(3));
    expect(takeAll(intake)).toEqual(['e']);
  });

  it('never exceed the limits, and none is lost or handed over twice, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('arrive' as const), id: fc.nat(50), size: fc.nat(5) }),
      fc.record({ kind: fc.constant('take' as const), count: fc.nat(6) }),
      fc.record({ kind: fc.constant('settle' as const), back: fc.nat(3) }),
      fc.record({ kind: fc.constant('release' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const limits = { maxMessages: 4, maxBytes: 8 };
        const intake = new Intake(limits);
        const taken: string[] = [];
        const arrived = new Set<string>();
        let sequence = 0;
        let settling = intake.settle(0);
        for (const each of steps) {
          if (each.kind === 'arrive') {
            arrived.add(String(each.id));
            intake.arrive(message(String(each.id), each.size));
          } else if (each.kind === 'take') {
            for (let i = 0; i < each.count; i++) {
              const next = intake.take();
              if (next !== null) taken.push(next.id);
            }
            intake.deliver(++sequence);
          } else if (each.kind === 'settle') {
            settling.push(...intake.settle(sequence - each.back));
          } else {
            intake.release(settling);
            settling = [];
          }
          expect(intake.outstanding).toBeLessThanOrEqual(limits.maxMessages);
          expect(intake.outstandingBytes).toBeLessThanOrEqual(limits.maxBytes);
        }
        while (intake.size > 0) {
          taken.push(...takeAll(intake));
          intake.deliver(++sequence);
          intake.release([...settling, ...intake.settle(sequence)]);
          settling = [];
        }
        expect(taken.toSorted()).toEqual([...arrived].toSorted());
        expect([intake.outstanding, intake.outstandingBytes, intake.sizeBytes]).toEqual([0, 0, 0]);
      }),
    );
  });

  it('give up the places of those taken', () => {
    const intake = new Intake({ maxMessages: 1e6, maxBytes: 1e9 });
    for (let round = 1; round <= 50; round++) {
      const ids = Array.from({ length: 100 }, (_, i) => `${round}-${i}`);
      for (const id of ids) intake.arrive(message(id));
      expect(takeAll(intake)).toEqual(ids);
      intake.deliver(round);
      intake.release(intake.settle(round));
    }
    expect(intake.size).toBe(0);
  });
});
