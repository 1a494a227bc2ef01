import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { WindrowError, type Definition } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import {
  openDefinitions,
  type DefinitionsEvent,
  type DefinitionsRefreshOptions,
} from '../../src/index.ts';
import { withFolder } from '../samples.ts';

function definitions(...names: string[]): string {
  return JSON.stringify(
    names.map((name, i) => ({
      input_metric_ids: ['3ea26934-8464-54d1-86a6-70a5c7c9a5f3'],
      window_size_s: 300,
      step_size_s: 10,
      line_id: '613cbd00-1279-420e-b0c5-dc310b9978b9',
      model_identifier: 'a',
      model_version: null,
      output_metric_id: `1caeef70-43b1-4813-9698-c9462e2d1de${i}`,
      output_device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
      output_machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
      output_metric_name: name,
    })),
  );
}

const names = (value: readonly Definition[]): string[] => value.map((d) => d.outputMetricName);

function setting(uri: string, more: Partial<DefinitionsRefreshOptions> = {}) {
  const events: DefinitionsEvent[] = [];
  const options: DefinitionsRefreshOptions = {
    uri,
    ttlMs: 1000,
    nowMs: () => 0,
    accept: () => Promise.resolve(),
    onEvent: (event) => events.push(event),
    cacheFile: null,
    ...more,
  };
  return { events, options };
}

interface Served {
  text: string;
  status: number;
  headers: Record<string, string>;
  asked: (string | undefined)[];
}

async function withServer(run: (uri: string, served: Served) => Promise<void>): Promise<void> {
  const served: Served = { text: definitions('a'), status: 200, headers: {}, asked: [] };
  const server: Server = createServer((request, response) => {
    const known = request.headers['if-none-match'] ?? request.headers['if-modified-since'];
    served.asked.push(known);
    const { etag, 'last-modified': modified } = served.headers;
    const isKnown = known !== undefined && (known === etag || known === modified);
    response.writeHead(isKnown ? 304 : served.status, served.headers);
    response.end(isKnown ? undefined : served.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}/defs.json`, served);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('definitions from a file', () => {
  it('are taken when they change, refused as a whole when they are bad, kept when they are gone', () =>
    withFolder(async (folder) => {
      const path = `${folder}/defs.json`;
      await writeFile(path, definitions('a'));
      const { events, options } = setting(path);
      const value = await openDefinitions(options);
      expect(names(value.value)).toEqual(['a']);
      await writeFile(path, definitions('a', 'b'));
      await value.refresh();
      expect(names(value.value)).toEqual(['a', 'b']);
      await writeFile(path, definitions('a', 'b', 'c').replace('300', '301').replace('10', '0'));
      await value.refresh();
      await rm(path);
      await value.refresh();
      expect(names(value.value)).toEqual(['a', 'b']);
      expect(value.status()).toMatchObject({ refreshes: 3, refusals: 2 });
      expect(events.map((event) => event.kind)).toEqual(['taken', 'taken', 'refused', 'refused']);
      expect(events[2]).toMatchObject({ message: expect.stringMatching(/entry 1: step_size_s/) });
      expect(events[3]).toMatchObject({ message: expect.stringMatching(/ENOENT/) });
    }));

  it('with the same text are no change, whatever their times', () =>
    withFolder(async (folder) => {
      const path = `${folder}/defs.json`;
      await writeFile(path, definitions('a'));
      const { events, options } = setting(path);
      const value = await openDefinitions(options);
      await writeFile(path, definitions('a'));
      await value.refresh();
      expect(events).toHaveLength(1);
    }));

  it('that a job does not accept are refused and tried again', () =>
    withFolder(async (folder) => {
      const path = `${folder}/defs.json`;
      await writeFile(path, definitions('a'));
      let hasModel = false;
      const { options } = setting(path, {
        accept: () =>
          hasModel ? Promise.resolve() : Promise.reject(new WindrowError('MODEL', 'no model')),
      });
      const value = await openDefinitions(options);
      await writeFile(path, definitions('b'));
      await value.refresh();
      expect(names(value.value)).toEqual(['a']);
      expect(value.status().error).toBe('no model');
      hasModel = true;
      await value.refresh();
      expect(names(value.value)).toEqual(['b']);
    }));

  it('that are not there at the start are an error', async () => {
    await expect(openDefinitions(setting('/nowhere/defs.json').options)).rejects.toMatchObject({
      code: 'DEFINITION',
    });
    await expect(openDefinitions(setting('ftp://a/b').options)).rejects.toThrow(
      'ftp://a/b: found the scheme ftp:, expected definitions from one of file:, http:, https:',
    );
  });
});

describe('definitions that are kept on disk', () => {
  it('let a start go on while the URI is down, and are those of the last change', () =>
    withFolder(async (folder) => {
      const path = `${folder}/defs.json`;
      const cacheFile = `${folder}/kept/last-good.json`;
      await writeFile(path, definitions('a'));
      const first = await openDefinitions(setting(path, { cacheFile }).options);
      await writeFile(path, definitions('b'));
      await first.refresh();
      await writeFile(path, '[{]');
      const { events, options } = setting(path, { cacheFile });
      const second = await openDefinitions(options);
      expect(names(second.value)).toEqual(['b']);
      expect(second.status().ageMs).toBe(Infinity);
      expect(events.map((event) => event.kind)).toEqual(['taken', 'refused']);
      await writeFile(path, definitions('c'));
      await second.refresh();
      expect(names(second.value)).toEqual(['c']);
    }));

  it.each([
    ['of another URI', (text: string): string => text.replace('defs.json', 'other.json')],
    ['that are cut off', (text: string): string => text.slice(0, -10)],
    ['that are no longer good', (text: string): string => text.replace('window_size_s', 'w')],
  ])('%s are not taken', (_, spoil) =>
    withFolder(async (folder) => {
      const path = `${folder}/defs.json`;
      const cacheFile = `${folder}/last-good.json`;
      await writeFile(path, definitions('a'));
      await openDefinitions(setting(path, { cacheFile }).options);
      await rm(path);
      await openDefinitions(setting(path, { cacheFile }).options);
      await writeFile(cacheFile, spoil(await readFile(cacheFile, 'utf8')));
      await expect(openDefinitions(setting(path, { cacheFile }).options)).rejects.toThrow('ENOENT');
    }),
  );

  it('where they cannot be kept, a word is said and the run goes on', () =>
    withFolder(async (folder) => {
      const path = `${folder}/defs.json`;
      await writeFile(path, definitions('a'));
      const { events, options } = setting(path, { cacheFile: `${path}/below-a-file` });
      expect(names((await openDefinitions(options)).value)).toEqual(['a']);
      expect(events.map((event) => event.kind)).toEqual(['taken', 'not_kept']);
    }));
});

describe('definitions over http', () => {
  it.each([
    ['etag', '"1"', '"2"'],
    ['last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2015 07:29:00 GMT'],
  ])('are asked for by %s', (header, one, two) =>
    withServer(async (uri, served) => {
      served.headers = { [header]: one };
      const value = await openDefinitions(setting(uri).options);
      await value.refresh();
      expect(served.asked).toEqual([undefined, one]);
      served.text = definitions('b');
      served.headers = { [header]: two };
      await value.refresh();
      expect(names(value.value)).toEqual(['b']);
      await value.refresh();
      expect(served.asked).toEqual([undefined, one, one, two]);
      expect(value.status()).toMatchObject({ refreshes: 3, refusals: 0 });
    }),
  );

  it('without either are compared', () =>
    withServer(async (uri, served) => {
      const value = await openDefinitions(setting(uri).options);
      served.text = definitions('b');
      await value.refresh();
      expect(names(value.value)).toEqual(['b']);
    }));

  it('are kept while the server fails or says something else', () =>
    withServer(async (uri, served) => {
      const value = await openDefinitions(setting(uri).options);
      served.status = 503;
      await value.refresh();
      expect(value.status().error).toMatch(/defs\.json: .*503 Service Unavailable/);
      served.status = 200;
      served.text = '<html>sign in</html>';
      await value.refresh();
      expect(value.status().error).toMatch(/defs\.json: found no complete JSON/);
      expect(names(value.value)).toEqual(['a']);
    }));

  it('of a server that is not there are an error that says so', async () => {
    await expect(openDefinitions(setting('http://127.0.0.1:1/d').options)).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:1\/d: the definitions cannot be read: fetch failed: /,
    );
  });

  it('of another scheme come from the reader that is given', async () => {
    const seen: (string | null)[] = [];
    const { options } = setting('gs://bucket/defs', {
      readers: {
        gs: (_uri, known) => {
          seen.push(known);
          return Promise.resolve(known === '7' ? null : { text: definitions('g'), validator: '7' });
        },
      },
    });
    const value = await openDefinitions(options);
    await value.refresh();
    expect(names(value.value)).toEqual(['g']);
    expect(seen).toEqual([null, '7']);
  });
});
