/**
 * `kill -9` at random points: the same command again does what is missing, and in the end the output has the bytes of a run that nobody
 * disturbed. The seed stands in the test's name; WINDROW_SEED sets it.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkLock } from '@windrow/pipeline';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, startCommand, type CommandResult } from '../kit/run-command.ts';
import { bundledModels } from '../kit/run-sliced.ts';

const KILLS = 20;
/** So many outputs are made at the same time, each killed again and again. */
const CHAINS = 2;
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

const run = (sink: string, more: readonly string[]): Promise<CommandResult> =>
  ended(startCommand('backfill', [...base, '--sink', sink, ...more]));

function filesIn(folderPath: string): number {
  return existsSync(folderPath) ? readdirSync(folderPath).length : 0;
}

/**
 * Runs until so many more files stand in the work folder and some milliseconds have passed, and kills it: a point of the run, however fast
 * the machine is.
 */
async function runUntil(
  sink: string,
  more: readonly string[],
  at: { readonly files: number; readonly ms: number },
): Promise<CommandResult> {
  const work = `${sink}.windrow`;
  const goal = filesIn(work) + at.files;
  const child = startCommand('backfill', [...base, '--sink', sink, ...more]);
  const end = ended(child);
  const over = new AbortController();
  void end.then(() => over.abort());
  while (!over.signal.aborted && filesIn(work) < goal) await sleep(3);
  await sleep(at.ms);
  child.kill('SIGKILL');
  return end;
}

/** What became of one output that was killed again and again. */
interface Killed {
  /** What stood under its name after each kill, if anything did. */
  readonly seen: readonly Buffer[];
  /** Runs that went on with slices of another. */
  readonly continued: number;
  /** Runs that came to their end. */
  readonly completed: readonly Buffer[];
}

async function killAgain(sink: string, kills: number, next: () => number): Promise<Killed> {
  const seen: Buffer[] = [];
  const completed: Buffer[] = [];
  let continued = 0;
  for (let kill = 0; kill < kills;) {
    const own = ['--slice-samples', '18000', '--workers', kill % 4 === 0 ? '2' : '1'];
    // From the start (no file more) to the end (all of them, and then the output is put together).
    const at = { files: Math.floor(next() * 24), ms: next() * 40 };
    const result = await runUntil(sink, own, at);
    if (result.stderr.includes('of which are done')) continued++;
    if (result.signal === 'SIGKILL') {
      kill++;
      if (existsSync(sink)) seen.push(readFileSync(sink));
      continue;
    }
    expect(result).toMatchObject({ code: 0 });
    completed.push(readFileSync(sink));
    expect(existsSync(`${sink}.windrow`)).toBe(false);
    rmSync(sink);
  }
  expect(await run(sink, ['--workers', '2'])).toMatchObject({ code: 0 });
  completed.push(readFileSync(sink));
  return { seen, continued, completed };
}

describe('a backfill that is killed', () => {
  it(`goes on where it was, ${KILLS} times (seed ${seed})`, async () => {
    const whole = join(folder, 'whole.parquet');
    const undisturbed = await run(whole, ['--slice-samples', '18000', '--workers', '2']);
    expect(undisturbed.stderr).toMatch(/^plan .* in \d+ slices, 2 at a time/m);
    const one = join(folder, 'one.parquet');
    expect(await run(one, ['--workers', '1'])).toMatchObject({ code: 0 });
    const bytes = readFileSync(one);
    expect(readFileSync(whole).equals(bytes)).toBe(true);
    const all = await Promise.all(
      Array.from({ length: CHAINS }, (_, chain) =>
        killAgain(join(folder, `killed-${chain}.parquet`), KILLS / CHAINS, random(seed + chain)),
      ),
    );
    for (const { seen, completed } of all) {
      // The output is there as a whole or not at all.
      expect([...seen, ...completed].every((each) => each.equals(bytes))).toBe(true);
    }
    expect(all.reduce((sum, { continued }) => sum + continued, 0)).toBeGreaterThan(0);
  }, 600_000);

  it('while another is at work on it, a command ends with code 2 and says who is there', async () => {
    const sink = join(folder, 'both.csv');
    const sliced = ['--slice-samples', '18000', '--workers', '1'];
    const other = await WorkLock.acquire(`${sink}.windrow`, () => undefined);
    const refused = await run(sink, [...sliced, '--fresh']);
    expect(refused.stderr).toContain(`found process ${process.pid} on `);
    expect(refused.stderr).toContain('--work-folder');
    expect(refused.code).toBe(2);
    await other.assertHeld();
    await other.release();
    expect(await run(sink, sliced)).toMatchObject({ code: 0 });
    expect(existsSync(`${sink}.windrow`)).toBe(false);
  });

  it('what changed is named, and --fresh starts over', async () => {
    const sink = join(folder, 'changed.csv');
    expect(await run(sink, ['--slice-samples', '18000'])).toMatchObject({ code: 0 });
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
