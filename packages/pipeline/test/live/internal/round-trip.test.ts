/** The journal: what is written entry by entry, in segments of any length, is read back in order. */
import {
  MetricDictionary,
  SampleColumns,
  type DeadLetter,
  type ModelIdentity,
} from '@windrow/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalReader } from '../../../src/live/internal/journal-reader.ts';
import { JournalWriter } from '../../../src/live/internal/journal-writer.ts';
import { sealBlob } from '../../../src/live/internal/sealed-blob.ts';

const IDS = Array.from({ length: 5 }, (_, n) => `00000000-0000-4000-8000-00000000000${n}`);
const MODELS: ModelIdentity[] = [1, 2].map((version) => ({
  identifier: 'm',
  version,
  sha256: '0',
}));
const LETTER: DeadLetter = { heading: 'quarantined', source: 's', row: 3, reason: 'bad', raw: 'ü' };

type Told = readonly unknown[];

const row = fc.record({
  slot: fc.integer({ min: -1, max: 4 }),
  timestampMs: fc.integer({ min: -1e6, max: 1e14 }),
  value: fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -0)),
});
const entry = fc.oneof(
  fc.record({
    kind: fc.constant('delivery' as const),
    source: fc.constantFrom(0, 1),
    position: fc.option(fc.string()),
    listeningMs: fc.nat(),
    futureMs: fc.constantFrom(Infinity, 5),
    rows: fc.array(row, { maxLength: 20 }),
    rejected: fc.nat(2),
  }),
  fc.record({ kind: fc.constant('tick' as const), listeningMs: fc.nat() }),
  fc.record({ kind: fc.constant('redefine' as const), name: fc.string() }),
  fc.record({
    kind: fc.constant('score' as const),
    target: fc.nat(1000),
    windowEndMs: fc.integer(),
    value: fc.double(),
    revision: fc.integer({ min: -1, max: 9 }),
    model: fc.constantFrom(0, 1),
  }),
  fc.record({ kind: fc.constantFrom('finish' as const, 'restart' as const, 'seal' as const) }),
);

describe('the journal', () => {
  it('is read as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 30 }), async (entries) => {
        const dictionary = MetricDictionary.of(IDS);
        const writer = new JournalWriter();
        const segments: Uint8Array[] = [];
        const expected: Told[] = [];
        const seal = (): void => {
          const published = { sink: 1 };
          const head = {
            name: 'n',
            previous: null,
            sources: ['a', 'b'],
            published,
            lettersPublished: 0,
          };
          segments.push(writer.seal(head));
        };
        for (const own of entries) {
          if (own.kind === 'delivery') {
            const batch = new SampleColumns(dictionary, 20);
            for (const { slot, timestampMs, value } of own.rows)
              batch.push(slot, timestampMs, value);
            const letters = Array.from({ length: own.rejected }, () => LETTER);
            writer.delivery({ ...own, batch, letters });
            const isInvalid = ({ value }: { value: number }): boolean => !Number.isFinite(value);
            const valid = own.rows.filter((r) => !isInvalid(r));
            const routed = valid.filter(({ slot }) => slot >= 0);
            expected.push([
              'delivery',
              ['a', 'b'][own.source],
              own.position,
              [
                own.listeningMs,
                own.futureMs,
                own.rows.length - valid.length,
                valid.length - routed.length,
              ],
              letters,
              routed.map(({ slot, timestampMs, value }) => [IDS[slot], timestampMs, value]),
            ]);
          } else if (own.kind === 'tick') {
            writer.tick(own.listeningMs);
            expected.push(['tick', own.listeningMs]);
          } else if (own.kind === 'redefine') {
            writer.redefine(own.name);
            expected.push(['redefine', own.name]);
          } else if (own.kind === 'score') {
            const { target, windowEndMs, value, revision } = own;
            writer.score({ target, windowEndMs, value, model: MODELS[own.model]! }, revision);
            expected.push(['score', target, windowEndMs, value, revision, MODELS[own.model]]);
          } else if (own.kind === 'finish') {
            writer.finish();
            expected.push(['finish']);
          } else if (own.kind === 'restart') {
            writer.restart();
          } else {
            seal();
          }
        }
        seal();
        expect(await readAll(segments)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('with an entry of a later release is refused', async () => {
    const head = {
      name: 'n',
      previous: null,
      sources: [],
      models: [],
      published: {},
      lettersPublished: 0,
    };
    const body = Uint8Array.from([99, 0, 0, 0, 0]);
    await expect(readAll([sealBlob(head, body)])).rejects.toThrow(
      /found an entry of kind 99, which this/,
    );
  });

  it.each([
    ['an entry that is longer than the segment', [2, 9, 0, 0, 0, 1]],
    ['an entry that is too short', [2, 4, 0, 0, 0, 1, 1, 1, 1]],
    ['more scores than bytes', [4, 4, 0, 0, 0, 255, 255, 255, 255]],
    ['a source that is not there', [1, 4, 0, 0, 0, 7, 0, 0, 0]],
  ])('with %s is refused', async (_, bytes) => {
    const head = {
      name: 'n',
      previous: null,
      sources: [],
      models: [],
      published: {},
      lettersPublished: 0,
    };
    await expect(readAll([sealBlob(head, Uint8Array.from(bytes))])).rejects.toMatchObject({
      code: 'FORMAT',
    });
  });
});

async function readAll(segments: readonly Uint8Array[]): Promise<Told[]> {
  const told: Told[] = [];
  const dictionary = MetricDictionary.of(IDS.toReversed());
  const tell = (...what: unknown[]): Promise<void> => {
    told.push(what);
    return Promise.resolve();
  };
  const reader = new JournalReader(dictionary, {
    delivery: (
      { source, position, listeningMs, futureMs, invalid, unrouted, letters },
      batches,
    ) => {
      const rows: unknown[] = [];
      for (const { length, slots, timestampsMs, values } of batches()) {
        for (let i = 0; i < length; i++) {
          rows.push([dictionary.text(slots[i]!), timestampsMs[i], values[i]]);
        }
      }
      const numbers = [listeningMs, futureMs, invalid, unrouted];
      return tell('delivery', source, position, numbers, letters, rows);
    },
    tick: (listeningMs) => tell('tick', listeningMs),
    redefine: (name) => tell('redefine', name),
    score: ({ target, windowEndMs, value, model }, revision) => {
      void tell('score', target, windowEndMs, value, revision, model);
    },
    finish: () => tell('finish'),
  });
  for (const [n, segment] of segments.entries()) await reader.read(`segment ${n}`, segment);
  return told;
}
