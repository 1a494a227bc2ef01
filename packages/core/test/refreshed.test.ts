/**
 *     load   a ---- a ---- b ---- (fails) ---- (bad) ---- c
 *     value  a      a      b      b            b          c
 */
import { describe, expect, it } from 'vitest';
import { Refreshed, type Loaded, type RefreshEvent } from '../src/index.ts';

interface Setting {
  now: number;
  outside: Loaded<string> | Error;
  events: RefreshEvent[];
  loads: (string | null)[];
}

function setting(): Setting {
  return { now: 0, outside: { value: 'a', version: '1' }, events: [], loads: [] };
}

function open(s: Setting, kept: Loaded<string> | null = null): Promise<Refreshed<string>> {
  return Refreshed.open<string>(
    {
      load: (known) => {
        s.loads.push(known);
        if (s.outside instanceof Error) return Promise.reject(s.outside);
        return Promise.resolve(s.outside.version === known ? null : s.outside);
      },
      accept: (value) =>
        value === 'bad' ? Promise.reject(new Error('does not fit')) : Promise.resolve(),
      ttlMs: 100,
      nowMs: () => s.now,
      onEvent: (event) => s.events.push(event),
    },
    kept,
  );
}

describe('Refreshed', () => {
  it('loads again when the TTL has passed, and only then', async () => {
    const s = setting();
    const value = await open(s);
    s.outside = { value: 'b', version: '2' };
    s.now = 99;
    await value.refreshIfDue();
    expect(value.value).toBe('a');
    expect(value.status().ageMs).toBe(99);
    s.now = 100;
    await value.refreshIfDue();
    expect(value.value).toBe('b');
    expect(s.loads).toEqual([null, '1']);
    expect(s.events).toEqual([
      { kind: 'taken', from: null, version: '1' },
      { kind: 'taken', from: '1', version: '2' },
    ]);
    s.now = 150;
    expect(value.status()).toEqual({
      version: '2',
      ageMs: 50,
      refreshes: 1,
      refusals: 0,
      error: null,
    });
  });

  it('is young as long as the outside still has the value', async () => {
    const s = setting();
    const value = await open(s);
    s.now = 500;
    await value.refresh();
    expect(value.status()).toMatchObject({ ageMs: 0, refreshes: 1 });
    expect(s.events).toHaveLength(1);
  });

  it('keeps the last good one while loading fails or the value is refused, and says so once', async () => {
    const s = setting();
    const value = await open(s);
    s.outside = new Error('gone');
    for (s.now = 100; s.now <= 300; s.now += 100) await value.refreshIfDue();
    s.outside = { value: 'bad', version: '2' };
    await value.refreshIfDue();
    s.now = 500;
    await value.refreshIfDue();
    expect(value.value).toBe('a');
    expect(value.status()).toEqual({
      version: '1',
      ageMs: 500,
      refreshes: 5,
      refusals: 5,
      error: 'does not fit',
    });
    expect(s.events.slice(1)).toEqual([
      { kind: 'refused', message: 'gone' },
      { kind: 'refused', message: 'does not fit' },
    ]);
    // Refused values are tried again: what they did not fit may have come since.
    s.outside = { value: 'c', version: '2' };
    await value.refresh();
    expect(value.value).toBe('c');
    expect(value.status().error).toBeNull();
  });

  it('says when the value in use is there again', async () => {
    const s = setting();
    const value = await open(s);
    const { outside } = s;
    s.outside = new Error('gone');
    await value.refresh();
    s.outside = outside;
    await value.refresh();
    await value.refresh();
    expect(s.events.slice(1)).toEqual([
      { kind: 'refused', message: 'gone' },
      { kind: 'recovered', version: '1' },
    ]);
  });

  it('an empty start is an error, unless a value was kept', async () => {
    const s = setting();
    s.outside = new Error('gone');
    await expect(open(s)).rejects.toThrow('gone');
    const value = await open(s, { value: 'kept', version: '0' });
    expect(value.value).toBe('kept');
    expect(value.status()).toMatchObject({ ageMs: Infinity, refusals: 1, error: 'gone' });
    s.outside = { value: 'a', version: '1' };
    s.now = 100;
    await value.refreshIfDue();
    expect(value.value).toBe('a');
    expect(value.status().ageMs).toBe(0);
  });

  it('runs one attempt at a time', async () => {
    const s = setting();
    const value = await open(s);
    s.now = 100;
    await Promise.all([value.refresh(), value.refreshIfDue(), value.refresh()]);
    expect(s.loads).toEqual([null, '1']);
  });
});
