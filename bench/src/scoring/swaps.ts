/**
 * 1000 model swaps under load: is every window scored once, by a version that was there, and does memory stay where it is?
 *
 *     node --conditions=windrow-source --expose-gc bench/src/scoring/swaps.ts [--swaps 1000] [--workers 0] [--small]
 *
 * Eight definitions follow one model in a folder, whose newest version changes again and again (copies of the bundled model under other
 * numbers). Windows are committed and drained all the while.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkDefinitions, type ScoreBatch } from '@windrow/core';
import { FolderModelStore, createScorer, type ModelScorer } from '@windrow/scoring';
import { QUALITY_MODEL, definitionsFor } from '@windrow/simulator';

const BUNDLED = join(import.meta.dirname, '../../../models', QUALITY_MODEL, '1');
const LINES = 8;
const REPORT_EVERY = 50;
const WARM_UP_MS = 8000;

class Load {
  readonly #scorer: ModelScorer;
  /** Version that a window was reserved for, by target and end. */
  readonly #expected: Map<string, number> = new Map();
  scored = 0;
  wrong = 0;
  isOver = false;

  constructor(scorer: ModelScorer) {
    this.#scorer = scorer;
  }

  /** Windows that were committed and not scored. */
  get missing(): number {
    return this.#expected.size;
  }

  async run(): Promise<void> {
    for (let end = 0; !this.isOver; end++) {
      for (let target = 0; target < LINES; target++) await this.#put(target, end);
      if (end % 3 === 0) await this.#scorer.drain(end % 2 === 0, this.#take);
      await nextTurn();
    }
    await this.#scorer.drain(true, this.#take);
  }

  async #put(target: number, end: number): Promise<void> {
    let row = this.#scorer.reserve(target);
    while (row === null) {
      await this.#scorer.drain(false, this.#take);
      row = this.#scorer.reserve(target);
    }
    row.data.fill(60 + (end % 7), row.offset, row.offset + 7500);
    this.#expected.set(`${target}/${end}`, this.#scorer.targets[target]!.model.version);
    this.#scorer.commit(target, end);
  }

  readonly #take = ({ length, targets, windowEndsMs, values, model }: ScoreBatch): void => {
    for (let i = 0; i < length; i++) {
      const key = `${targets[i]}/${windowEndsMs[i]}`;
      const isRight = this.#expected.get(key) === model.version && Number.isFinite(values[i]);
      if (!isRight) this.wrong++;
      this.#expected.delete(key);
      this.scored++;
    }
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      swaps: { type: 'string', default: '1000' },
      workers: { type: 'string', default: '0' },
      small: { type: 'boolean', default: false },
    },
  });
  const swaps = values.small ? REPORT_EVERY : Number(values.swaps);
  const root = mkdtempSync(join(tmpdir(), 'windrow-swaps-'));
  const put = (version: number): void => {
    mkdirSync(join(root, QUALITY_MODEL), { recursive: true });
    cpSync(BUNDLED, join(root, QUALITY_MODEL, String(version)), { recursive: true });
  };
  put(1);
  const entries = definitionsFor({ lines: LINES, sensors: 25 });
  const definitions = checkDefinitions(
    entries.map((value, i) => ({ value, where: `line ${i}` })),
    'the benchmark',
  );
  const scorer = await createScorer(definitions, new FolderModelStore(root), {
    nowMs: () => performance.now(),
    workers: Number(values.workers),
  });
  const load = new Load(scorer);
  const running = load.run();
  const rss: number[] = [];
  /** Medians, so that what a garbage collector or malloc holds for a moment does not count. */
  const memory: number[] = [];
  // The process itself grows for its first seconds, swaps or not.
  await sleep(values.small ? 100 : WARM_UP_MS);
  const start = performance.now();
  for (let swap = 1; swap <= swaps; swap++) {
    put(swap + 1);
    await scorer.refresh();
    rmSync(join(root, QUALITY_MODEL, String(swap)), { recursive: true });
    rss.push(process.memoryUsage.rss() / 2 ** 20);
    if (swap % REPORT_EVERY === 0) {
      globalThis.gc?.();
      memory.push(rss.splice(0).toSorted((a, b) => a - b)[REPORT_EVERY >> 1]!);
      const heapMib = process.memoryUsage().heapUsed / 2 ** 20;
      console.log(
        `${swap} swaps, ${load.scored} windows, ${memory.at(-1)!.toFixed(1)} MiB (median of ${REPORT_EVERY}), ${heapMib.toFixed(2)} of them live objects`,
      );
    }
  }
  load.isOver = true;
  await running;
  const seconds = (performance.now() - start) / 1000;
  const { swaps: counted, loadedModels, refusals } = scorer.statistics();
  await scorer.close();
  rmSync(root, { recursive: true });
  const percent = (mib: number): string => `${((mib / memory[0]! - 1) * 100).toFixed(1)} %`;
  console.log(
    `${counted} swaps in ${seconds.toFixed(1)} s, ${load.scored} windows: lost ${load.missing}, doubled or by another version ${load.wrong}, refused ${refusals}, models loaded at the end ${loadedModels}; memory against that after ${REPORT_EVERY} swaps: ${percent(memory.at(-1)!)} at the end, ${percent(Math.max(...memory))} at most`,
  );
}

await main();
