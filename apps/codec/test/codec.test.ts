import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCodec } from './run-codec.ts';

const a = '3ea26934-8464-54d1-86a6-70a5c7c9a5f3';
const b = '99baf78a-2bdf-534f-90e5-b58fd852c2c5';

/** Two metrics, a second each, with what text forms may lose: -0, the infinities, NaN. */
function csv(): string {
  const values = ['-0', 'Infinity', '-Infinity', 'NaN', '0.1', '1e300', '-12.25'];
  const rows = Array.from({ length: 300 }, (_, i) => {
    const time = 1_551_869_551_000 + 1000 * (i >> 1);
    return `${i % 2 === 0 ? a : b},${time},${i < 14 ? values[i >> 1] : i / 10}`;
  });
  return `metric_id,timestamp_ms,value\n${rows.join('\n')}\n`;
}

let folder = '';
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-codec-test-'));
  writeFileSync(at('in.csv'), csv());
  const lines = csv().split('\n');
  writeFileSync(at('rough.csv'), [...lines.slice(0, 5), 'x,1,2', ...lines.slice(5)].join('\n'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('windrow-codec encode and decode', () => {
  it('turn a file into every form and back, losing nothing', async () => {
    await runCodec('encode', at('in.csv'), '--to', at('first.csv'));
    for (const form of ['stream', 'records', 'parquet', 'arrow', 'arrows.zst', 'ndjson.gz']) {
      const there = await runCodec('encode', at('in.csv'), '--to', at(`there.${form}`));
      expect(there).toMatchObject({ code: 0, stdout: '' });
      expect(there.stderr).toContain('300 samples');
      const back = await runCodec('decode', at(`there.${form}`), '--to', at('back.csv'));
      expect(back.code).toBe(0);
      expect(read('back.csv')).toBe(read('first.csv'));
    }
  });

  it('turn the points of one metric into a chunk and back', async () => {
    const chunk = at('one.chunk');
    await runCodec('encode', at('in.csv'), '--metric', b, '--to', chunk, '--stats');
    await runCodec('decode', chunk, '--metric', b, '--to', at('one.csv'));
    await runCodec('encode', at('in.csv'), '--metric', b, '--to', at('expected.csv'));
    expect(read('one.csv')).toBe(read('expected.csv'));
    expect(read('one.csv').split('\n')).toHaveLength(152);
    const nameless = await runCodec('decode', chunk, '--to', at('nameless.csv'));
    expect(nameless.stderr).toContain('a chunk does not say its metric; with --metric UUID');
    expect(read('nameless.csv').replaceAll('00000000-0000-0000-0000-000000000000', b)).toBe(
      read('one.csv'),
    );
  });

  it('print lines of JSON without --to', async () => {
    const { stdout, stderr, code } = await runCodec('decode', at('in.csv'), '--metric', a);
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(lines).toHaveLength(150);
    expect(lines[0]).toBe(`{"metric_id":"${a}","timestamp_ms":1551869551000,"value":-0}`);
  });

  it('put fewer rows in a block when asked', async () => {
    await runCodec('encode', at('in.csv'), '--to', at('small.stream'), '--rows-per-block', '7');
    const { stdout } = await runCodec('inspect', at('small.stream'));
    expect(stdout).toMatch(/^blocks of samples +43$/m);
  });

  it('refuse several metrics in a chunk, and leave nothing behind', async () => {
    const { code, stderr } = await runCodec('encode', at('in.csv'), '--to', at('none.chunk'));
    expect(code).toBe(2);
    expect(stderr).toContain('choose it with --metric');
    expect(readdirSync(folder).filter((name) => name.includes('none'))).toEqual([]);
  });

  it('show rows that cannot be read, and fail for them under --strict only', async () => {
    const args = ['encode', at('rough.csv'), '--to', at('rough.stream')];
    const lenient = await runCodec(...args);
    expect(lenient.code).toBe(0);
    expect(lenient.stderr).toContain('row 6: metric_id: found "x"');
    rmSync(at('rough.stream'));
    const strict = await runCodec(...args, '--strict');
    expect(strict.code).toBe(1);
    expect(readdirSync(folder)).not.toContain('rough.stream');
  });

  it('read what is whole in a damaged stream', async () => {
    await runCodec('encode', at('in.csv'), '--to', at('d.stream'), '--rows-per-block', '100');
    const bytes = readFileSync(at('d.stream'));
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(at('d.stream'), bytes);
    const { stdout, stderr, code } = await runCodec('decode', at('d.stream'));
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(200);
    expect(stderr).toContain('checksum does not agree');
  });
});

describe('windrow-codec inspect', () => {
  it('says what is in a file', async () => {
    const { stdout } = await runCodec('inspect', at('in.csv'));
    expect(stdout).toMatch(/^form +csv$/m);
    expect(stdout).toMatch(/^samples +300$/m);
    expect(stdout).toMatch(/^metrics +2$/m);
    expect(stdout).toMatch(/^not finite +6$/m);
    expect(stdout).toContain(`${a}      150  2019-03-06T10:52:31.000Z`);
  });

  it('says what a chunk says of itself, or that it is damaged', async () => {
    const path = at('i.chunk');
    await runCodec('encode', at('in.csv'), '--metric', a, '--to', path, '--stats');
    const whole = await runCodec('inspect', path);
    expect(whole.stdout).toMatch(/^statistics: values +-Infinity to Infinity$/m);
    const bytes = readFileSync(path);
    bytes[9]! ^= 1;
    writeFileSync(path, bytes);
    const damaged = await runCodec('inspect', path, '--strict');
    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toMatch(/^damage +chunk: byte/m);
  });
});

describe('windrow-codec compare', () => {
  it('lists every form, the smallest first', async () => {
    const { stdout, code } = await runCodec('compare', at('in.csv'), '--points-per-chunk', '50');
    expect(code).toBe(0);
    expect(stdout).toContain('300 samples of 2 metrics');
    for (const form of ['record', 'stream', 'chunk, 50', 'JSON', 'Arrow', 'Parquet', 'zstd']) {
      expect(stdout).toContain(form);
    }
    const sizes = [...stdout.matchAll(/(\d+\.\d{3}) +\d/g)].map(([, size]) => Number(size));
    expect(sizes).toHaveLength(10);
    expect(sizes).toEqual(sizes.toSorted((x, y) => x - y));
  });

  it('reads no more samples than asked', async () => {
    const { stdout } = await runCodec('compare', at('in.csv'), '--max-samples', '20');
    expect(stdout).toContain('20 samples (the first ones: --max-samples)');
  });
});

describe('windrow-codec refuses', () => {
  it.each([
    [['frob', 'x'], 2, 'found the action frob, expected inspect, encode, decode, compare'],
    [['inspect', '/nowhere/x.csv'], 1, '/nowhere/x.csv: cannot be read'],
    [['inspect', 'x.csv', '--metric', '7'], 2, '--metric: found "7", expected a UUID'],
    [['inspect'], 2, 'ACTION FILE'],
  ])('%j', async (argv, expectedCode, message) => {
    const { code, stderr } = await runCodec(...argv);
    expect(stderr).toContain(message);
    expect(code).toBe(expectedCode);
  });

  it('encode without --to', async () => {
    const { code, stderr } = await runCodec('encode', at('in.csv'));
    expect(code).toBe(2);
    expect(stderr).toContain('found no --to');
  });
});
