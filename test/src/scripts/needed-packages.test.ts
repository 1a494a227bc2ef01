import { describe, expect, it } from 'vitest';
import { neededPackages } from '../../../scripts/needed-packages.mjs';

/** Each with what it needs. */
const workspaces = Object.entries({
  codecs: ['core'],
  core: [],
  io: ['codecs', 'core'],
  windowing: ['core'],
}).map(([room, needs]) => ({
  path: `packages/${room}`,
  manifest: {
    name: `@windrow/${room}`,
    dependencies: {
      zod: '4.6.7',
      ...Object.fromEntries(needs.map((need) => [`@windrow/${need}`, '0.1.0'])),
    },
  },
}));
const bench = { path: 'bench', manifest: { name: '@windrow/bench', private: true } };

function roomsOf(...asked: string[]): string[] {
  return neededPackages([...workspaces, bench], asked).map(({ path }) => path.split('/').at(-1)!);
}

describe('needed packages', () => {
  it.each([
    [['core'], ['core']],
    [['io'], ['codecs', 'core', 'io']],
    [['@windrow/windowing'], ['core', 'windowing']],
    [
      ['windowing', 'codecs'],
      ['codecs', 'core', 'windowing'],
    ],
    [[], ['codecs', 'core', 'io', 'windowing']],
  ])('of %j are %j', (asked, expected) => {
    expect(roomsOf(...asked)).toEqual(expected);
  });

  it.each(['other', 'bench', '@windrow/bench', 'zod'])('are not known of %s', (room) => {
    expect(() => roomsOf(room)).toThrow(/expected some of codecs, core, io, windowing$/);
  });
});
