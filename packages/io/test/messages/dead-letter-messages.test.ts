import { describe, expect, it } from 'vitest';
import { deadLetterMessages } from '../../src/index.ts';
import { decode } from './decoded.ts';

const LETTER = {
  heading: 'quarantined',
  source: 'pubsub://p/s',
  row: null,
  reason: 'found "x"\n, expected a UUID',
  raw: '{"metric_id":"x"}\n',
} as const;

describe('dead letters as messages', () => {
  it('are one JSON object each', () => {
    const messages = deadLetterMessages([LETTER, { ...LETTER, heading: 'dropped_late', row: 3 }]);
    expect(messages.map(({ attributes }) => attributes['heading'])).toEqual([
      'quarantined',
      'dropped_late',
    ]);
    expect(JSON.parse(Buffer.from(messages[0]!.bytes).toString())).toEqual(LETTER);
    expect(JSON.parse(Buffer.from(messages[1]!.bytes).toString())).toHaveProperty('row', 3);
    expect(deadLetterMessages([])).toEqual([]);
  });

  it('are no samples for whoever reads them as such', () => {
    const { rows, letters } = decode(deadLetterMessages([LETTER]));
    expect(rows).toEqual([]);
    expect(letters[0]!.reason).toMatch(/windrow-form: found "dead-letter"/);
  });
});
