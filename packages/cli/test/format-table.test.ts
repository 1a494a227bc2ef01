import { describe, expect, it } from 'vitest';
import { formatTable } from '../src/format-table.ts';

describe('formatTable', () => {
  it('aligns columns and leaves no spaces at the ends of lines', () => {
    const columns = [
      { title: 'heading' },
      { title: 'samples', align: 'right' },
      { title: '' },
    ] as const;
    expect(
      formatTable(columns, [
        ['applied', '1,000', 'ok'],
        ['a', '7', ''],
      ]),
    ).toBe(['heading  samples', 'applied    1,000  ok', 'a              7', ''].join('\n'));
  });

  it('has no head without titles, and is empty without rows', () => {
    expect(formatTable([{ title: '' }, { title: '' }], [['a', 'b']])).toBe('a  b\n');
    expect(formatTable([{ title: '' }], [])).toBe('');
  });

  it('keeps a row in its line, and escape sequences out of the terminal', () => {
    expect(formatTable([{ title: '' }], [['a\nb\u001b[2J']])).toBe('a b [2J\n');
  });
});
