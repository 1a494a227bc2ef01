import { describe, expect, it } from 'vitest';
import { isPattern, objectPlace, patternPrefix } from '../../src/internal/object-place.ts';

describe('places in Cloud Storage', () => {
  it.each([
    ['gs://plant', { bucket: 'plant', name: '' }],
    ['gs://plant/', { bucket: 'plant', name: '' }],
    [
      'gs://plant-1.example.com/a/b c#?.csv',
      { bucket: 'plant-1.example.com', name: 'a/b c#?.csv' },
    ],
  ])('%s', (uri, place) => {
    expect(objectPlace(uri)).toEqual(place);
  });

  it.each(['gs:plant', 'gs:///a', 'gs://Plant/a', 'gs://p/a', 's3://plant/a', 'plant/a'])(
    '%s is none',
    (uri) => {
      expect(() => objectPlace(uri)).toThrow(/expected gs:\/\/bucket\/name/);
    },
  );

  it.each([
    ['a/b.csv', null],
    ['a/*.csv', 'a/'],
    ['a/b-{1,2}.csv', 'a/b-'],
    ['**/x.csv', ''],
    ['a/b[0-9].csv', 'a/b'],
  ])('of %s the listing begins with %s', (name, prefix) => {
    expect(isPattern(name) ? patternPrefix(name) : null).toBe(prefix);
  });
});
