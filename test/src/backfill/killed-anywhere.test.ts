/**
 * `kill -9` at random points: the same command again does what is missing, and in the end the output has the bytes of a run that nobody
 * disturbed. The seed stands in the test's name; WINDROW_SEED sets it.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, startCommand, type CommandResult } from '../kit/run-command.ts';
import { bundledModels } from '../kit/run-sliced.ts';

const KILLS = 20;
const seed = Number(process.env['WINDROW_SEED']);
let folder: string;
let base: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  const definitions = join(folder, 'definitions.json');
  writeFileSync(definitions, JSON.stringify(definitionsFor(simOptions({ lines: 1 }))));
  base = [
    ...['--definitions', definitions, '--models', bundledModels, '--progress', 'none'],
    ...['--source', 'sim://extrusion?lines=1&hours=2&disorder_s=3&gaps=0.01'],
  ];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers from 0 to 1 (a linear congruential generator). */
function random(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Ended extends CommandResult {
  readonly ms: number;
}

async function run(sink: string, more: readonly string[], killAfterMs?: number): Promise<Ended> {
  const startMs = performance.now();
  const child = startCommand('backfill', [...base, '--sink', sink, ...more]);
  const end = ended(child);
  const over = new AbortController();
  if (killAfterMs !== undefined) {
    void sleep(killAfterMs, null, { signal: over.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
  }
  const result = await end;
  over.abort();
  return { ...result, ms: performance.now() - startMs };
}

describe('a backfill that is killed', () => {
  it(`goes on where it was, ${KILLS} times (seed ${seed})`, async () => {
    const next = random(seed);
    const whole = join(folder, 'whole.parquet');
    expect(await run(whole, ['--workers', '1'])).toMatchObject({ code: 0 });
    const bytes = readFileSync(whole);
    const sink = join(folder, 'killed.parquet');
    const sliced = ['--slice-samples', '18000', '--workers', '2'];
    const undisturbed = await run(sink, sliced);
    expect(undisturbed.stderr).toMatch(/^plan .* in \d+ slices, 2 at a time/m);
    expect(readFileSync(sink).equals(bytes)).toBe(true);
    rmSync(sink);
    /** What stood under the output's name after each kill. */
    const seen: Buffer[] = [];
    let kills = 0;
    let completed = 0;
    let continued = 0;
    while (kills < KILLS) {
      const workers = kills % 4 === 0 ? 2 : 1;
      const own = ['--slice-samples', '18000', '--workers', String(workers)];
      const result = await run(sink, own, undisturbed.ms * (0.3 + 0.8 * next()));
      if (/of which are done/.test(result.stderr)) continued++;
      if (result.signal === 'SIGKILL') {
        kills++;
        // The output is there as a whole or not at all.
        seen.push(existsSync(sink) ? readFileSync(sink) : bytes);
        continue;
      }
      expect(result).toMatchObject({ code: 0 });
      completed++;
      expect(readFileSync(sink).equals(bytes)).toBe(true);
      expect(existsSync(`${sink}.windrow`)).toBe(false);
      rmSync(sink);
    }
    expect(await run(sink, sliced)).toMatchObject({ code: 0 });
    expect(readFileSync(sink).equals(bytes)).toBe(true);
    expect(seen.every((each) => each.equals(bytes))).toBe(true);
    expect(continued + completed).toBeGreaterThan(0);
  }, 600_000);

  it('what changed is named, and --fresh starts over', async () => {
    const sink = join(folder, 'changed.csv');
    const killed = await run(sink, ['--slice-samples', '18000'], 1e6).catch(() => null);
    expect(killed).toMatchObject({ code: 0 });
    const bytes = readFileSync(sink);
    const begun = async (): Promise<void> => {
      const child = startCommand('backfill', [...base, '--sink', sink, '--slice-samples', '18000']);
      const end = ended(child);
      const some = (): boolean =>
        existsSync(`${sink}.windrow`) &&
        readdirSync(`${sink}.windrow`).includes('slice-000000.json');
      for (let waits = 0; !some() && waits < 2000; waits++) await sleep(5);
      child.kill('SIGKILL');
      await end;
      expect(some()).toBe(true);
    };
    await begun();
    const other = await run(sink, ['--slice-samples', '18000', '--strict']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('the options (--strict, --dead-letter) changed');
    expect(other.stderr).toContain('--fresh');
    const fresh = await run(sink, ['--slice-samples', '18000', '--strict', '--fresh']);
    expect(fresh.code).toBe(0);
    expect(readFileSync(sink).equals(bytes)).toBe(true);
  });

  it('Ctrl-C finishes the slices in hand and prints the command that goes on', async () => {
    const sink = join(folder, 'interrupted.csv');
    const summary = join(folder, 'interrupted.json');
    const args = [
      ...[...base, '--sink', sink, '--summary-file', summary],
      ...['--slice-samples', '18000', '--workers', '2'],
    ];
    const child = startCommand('backfill', args);
    const end = ended(child);
    const some = (): boolean => existsSync(join(`${sink}.windrow`, 'plan.json'));
    for (let waits = 0; !some() && waits < 2000; waits++) await sleep(5);
    child.kill('SIGINT');
    const { code, stderr } = await end;
    expect(code).toBe(130);
    expect(stderr).toMatch(/\d+ of \d+ slices are done; to go on:\n {2}windrow-backfill --def/);
    expect(existsSync(sink)).toBe(false);
    const failure = JSON.parse(readFileSync(summary, 'utf8')) as { slices: { done: number } };
    expect(failure.slices.done).toBeGreaterThan(0);
    expect(await ended(startCommand('backfill', args))).toMatchObject({ code: 0 });
    const whole = join(folder, 'uninterrupted.csv');
    await ended(startCommand('backfill', [...base, '--sink', whole]));
    expect(readFileSync(sink).equals(readFileSync(whole))).toBe(true);
  });

  it('a second Ctrl-C ends it at once, by the signal', async () => {
    const sink = join(folder, 'twice.csv');
    const child = startCommand('backfill', [
      ...[...base.slice(0, -2), '--source', 'sim://extrusion?lines=1&hours=600', '--sink', sink],
      ...['--workers', '2'],
    ]);
    const end = ended(child);
    let stderr = '';
    child.stderr!.on('data', (text: string) => (stderr += text));
    const says = async (what: string): Promise<void> => {
      const isOver = (): boolean => stderr.includes(what) || child.exitCode !== null;
      for (let waits = 0; !isOver() && waits < 4000; waits++) await sleep(5);
    };
    await says('plan ');
    await sleep(700);
    child.kill('SIGINT');
    await says('once more ends at once');
    child.kill('SIGINT');
    expect(await end).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(stderr).not.toContain('terminate');
    expect(existsSync(sink)).toBe(false);
  });
});
