import { describe, expect, it } from 'vitest';
import { IDS_MAX, Spellings } from '../../src/internal/spellings.ts';

describe('how a table spells ids', () => {
  it('is asked once for each, and none is another', async () => {
    const table = ['AB', 'ab', 'CD', 'x'];
    const asked: (readonly string[])[] = [];
    const spellings = new Spellings((ids) => {
      asked.push(ids);
      return Promise.resolve(table.filter((text) => ids.includes(text.toLowerCase())));
    });
    expect(await spellings.of(['ab', 'ef'])).toEqual(['AB', 'ab']);
    expect(await spellings.of(['ab', 'cd'])).toEqual(['AB', 'ab', 'CD']);
    expect(await spellings.of(['ef'])).toEqual([]);
    expect(asked).toEqual([['ab', 'ef'], ['cd']]);
  });

  it('is asked again after a failure, and never for more than fit in a query', async () => {
    const ids = Array.from({ length: IDS_MAX + 1 }, (_, i) => `id${i}`);
    const counts: number[] = [];
    const spellings = new Spellings((some) => {
      counts.push(some.length);
      if (counts.length === 1) return Promise.reject(new Error('busy'));
      return Promise.resolve(some.map((id) => id.toUpperCase()));
    });
    await expect(spellings.of(ids)).rejects.toThrow('busy');
    expect(await spellings.of(ids)).toEqual(ids.map((id) => id.toUpperCase()));
    expect(counts).toEqual([IDS_MAX, IDS_MAX, 1]);
  });
});
