import { describe, expect, it } from 'vitest';
import { openSource } from '../src/index.ts';
import { parseUri } from '../src/uri.ts';

describe('parseUri', () => {
  it.each([
    ['data/a.csv', 'file', 'data/a.csv'],
    ['/data/a.csv', 'file', '/data/a.csv'],
    ['file:data/a.csv', 'file', 'data/a.csv'],
    ['file:/data/a.csv', 'file', '/data/a.csv'],
    ['file:///data/a.csv', 'file', '/data/a.csv'],
    ['FILE:a', 'file', 'a'],
    ['C:\\data\\a.csv', 'file', 'C:\\data\\a.csv'],
    ['sim://lines?seed=1', 'sim', '//lines?seed=1'],
    ['log:', 'log', ''],
    ['./a:b.csv', 'file', './a:b.csv'],
  ])('%s', (uri, scheme, rest) => {
    expect(parseUri(uri)).toEqual({ scheme, rest });
  });
});

describe('openSource', () => {
  it('opens files and the schemes that it is given', async () => {
    const file = await openSource('a.csv');
    expect(file.uri).toBe('a.csv');
    const other = await openSource('sim:x', { sim: (uri) => ({ ...file, uri }) });
    expect(other.uri).toBe('sim:x');
  });

  it.each(['gopher://a', 'constructor:a'])(
    'refuses %s and lists the known schemes',
    async (uri) => {
      await expect(openSource(uri, { sim: () => openSource('a') })).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('file:, sim:'),
      });
    },
  );
});
