import { GcsBlobStore, gcsText } from '@windrow/io-gcs';
import { describe, expect, it } from 'vitest';
import { quick, withGcs } from './emulated.ts';
import type { GcsFault } from './gcs-server.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const open = (): GcsBlobStore => new GcsBlobStore('gs://plant/checkpoints', { trying: quick });

describe('blobs in Cloud Storage', () => {
  it('are written, read, listed by name in pages, and deleted', () =>
    withGcs(async (server) => {
      server.put('checkpoints-of-others/a', bytes('x'));
      server.put('checkpoints/', bytes(''));
      const store = open();
      expect(await store.list('')).toEqual([]);
      for (const name of ['b/2', 'b/10', 'a', 'c']) await store.put(name, bytes(name.repeat(3)));
      expect(await store.list('')).toEqual([
        { name: 'a', sizeBytes: 3 },
        { name: 'b/10', sizeBytes: 12 },
        { name: 'b/2', sizeBytes: 9 },
        { name: 'c', sizeBytes: 3 },
      ]);
      expect((await store.list('b/')).map((blob) => blob.name)).toEqual(['b/10', 'b/2']);
      expect(Buffer.from(await store.get('b/10')).toString()).toBe('b/10b/10b/10');
      await store.put('a', bytes(''));
      expect(await store.get('a')).toHaveLength(0);
      await store.delete('a');
      await store.delete('a');
      await expect(store.get('a')).rejects.toThrow(
        /gs:\/\/plant\/checkpoints\/a: .*no such object/,
      );
    }, 2));

  it('have names that any store can hold', () =>
    withGcs(async () => {
      for (const name of ['', '/a', 'a/', '../a', 'a//b', '.a', 'a b', 'a?']) {
        await expect(open().put(name, bytes('x'))).rejects.toThrow(/blob name/);
      }
    }));

  it('are written under the generation that they replace', () =>
    withGcs(async (server) => {
      await open().put('a', bytes('1'));
      await open().put('a', bytes('2'));
      const uploads = server.requests.filter((request) => request.operation === 'upload');
      expect(uploads.map((request) => request.query['ifGenerationMatch'])).toEqual([
        '0',
        '0',
        '1000',
      ]);
      expect(Buffer.from(server.objects.get('checkpoints/a')!.bytes).toString()).toBe('2');
    }));

  const kinds: readonly GcsFault['kind'][] = [500, 503, 429, 408, 'hang', 'lost'];
  it.each(kinds)('an upload that meets %s is there once, whole', (kind) =>
    withGcs(async (server) => {
      // Where it was done and only the answer was lost, the second attempt finds it there.
      server.faults.push({ operation: 'upload', kind, times: kind === 'lost' ? 1 : 2 });
      await open().put('a', bytes('content'));
      expect(server.faults).toEqual([]);
      expect(server.objects.get('checkpoints/a')!.generation).toBe(1000);
      expect(Buffer.from(server.objects.get('checkpoints/a')!.bytes).toString()).toBe('content');
    }),
  );

  it.each([500, 'hang', 'half', 'cut'] as const)(
    'a download that meets %s twice is whole',
    (kind) =>
      withGcs(async (server) => {
        server.put('checkpoints/a', bytes('0123456789'));
        server.faults.push({ operation: 'media', kind, times: 2 });
        expect(Buffer.from(await open().get('a')).toString()).toBe('0123456789');
        expect(server.faults).toEqual([]);
      }),
  );

  it.each(['list', 'metadata', 'delete'] as const)(
    '%s is tried again, and gives up in words',
    (operation) =>
      withGcs(async (server) => {
        const act = {
          list: () => open().list(''),
          metadata: () => open().get('a'),
          delete: () => open().delete('a'),
        }[operation];
        server.put('checkpoints/a', bytes('x'));
        server.faults.push({ operation, kind: 'hang', times: 2 }, { operation, kind: 503 });
        await act();
        expect(server.faults).toEqual([]);
        server.put('checkpoints/a', bytes('x'));
        server.faults.push({ operation, kind: 503, times: 9 });
        await expect(act()).rejects.toThrow(/Cloud Storage says 503 .*\(tried 4 times\)/);
      }),
  );

  it('does not try again what is forbidden, and says which role is missing', () =>
    withGcs(async (server) => {
      server.faults.push({ operation: 'upload', kind: 403 });
      await expect(open().put('a', bytes('x'))).rejects.toThrow(/403.*roles\/storage\.objectUser/);
      expect(server.requests).toHaveLength(1);
    }));
});

describe('without an emulator', () => {
  it('credentials that are not there are said at once, with what to do', async () => {
    const before = { ...process.env };
    delete process.env['STORAGE_EMULATOR_HOST'];
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/none/key.json';
    try {
      await expect(open().list('')).rejects.toThrow(
        /\/none\/key\.json.*gcloud auth application-default/,
      );
    } finally {
      process.env = before;
    }
  });
});

describe('the text of an object', () => {
  it('comes with its generation, and not again while that stays', () =>
    withGcs(async (server) => {
      server.put('definitions.json', bytes('["ä"]'));
      const first = await gcsText('gs://plant/definitions.json');
      expect(first).toEqual({ text: '["ä"]', validator: '1000' });
      expect(await gcsText('gs://plant/definitions.json', '1000')).toBeNull();
      server.put('definitions.json', bytes('[]'));
      expect(await gcsText('gs://plant/definitions.json', '1000')).toEqual({
        text: '[]',
        validator: '1001',
      });
      await expect(gcsText('gs://plant/other.json')).rejects.toThrow(/no such object/);
      await expect(gcsText('https://plant/other.json')).rejects.toThrow(/expected gs:\/\//);
    }));
});
