import { describe, expect, it } from 'vitest';
import { Connection } from '../../src/internal/connection.ts';

class FakeClient {
  readonly fails: boolean;
  closed = 0;

  constructor(fails: boolean) {
    this.fails = fails;
  }

  initialize(): Promise<void> {
    return this.fails ? Promise.reject(new Error('no credentials')) : Promise.resolve();
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

describe('a connection', () => {
  it('makes a client anew when one could not be initialized, and keeps one that could', async () => {
    const made: FakeClient[] = [];
    const connection = new Connection(() => {
      const client = new FakeClient(made.length < 2);
      made.push(client);
      return client;
    });
    await expect(connection.client()).rejects.toThrow('no credentials');
    await expect(connection.client()).rejects.toThrow('no credentials');
    const [one, other] = await Promise.all([connection.client(), connection.client()]);
    expect(one).toBe(made[2]);
    expect(other).toBe(one);
    expect(made).toHaveLength(3);
    await connection.close();
    expect(made.map(({ closed }) => closed)).toEqual([0, 0, 1]);
  });

  it('closes nothing where nothing was made', async () => {
    const unused = new Connection(() => new FakeClient(true));
    await unused.close();
    await expect(unused.client()).rejects.toThrow('no credentials');
    await unused.close();
  });
});
