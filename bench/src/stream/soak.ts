/**
 * windrow-stream in real time, as a process of its own: does it keep up, how long from "the watermark reached the end of the window" to
 * "published", what do checkpoints cost, does memory stay where it is, is anything lost?
 *
 *     npm run check:soak -- [--minutes 3] [--lines 240] [--rate 25] [--models 100] [--workers 0]
 *         [--commit-ms 50] [--snapshot-ms 5000] [--delivery strict] [--checkpoint FOLDER|none] [--small]
 *
 * 240 simulated lines of 25 sensors at 25 Hz, 150 000 samples a second (`sim://...&live=true`), and ten definitions each (windows of 300 s
 * every 10 s); a journal and snapshots in a folder, with fsync. It begins with the five minutes before, at once, so that windows are
 * whole.
 *
 * A prediction's clock starts when the sample is due that takes its line's watermark to the window's end, and stops when the line with it
 * comes out of the process: the source's waiting, the window, the batch, the commit and the pipe are in it. What the process says
 * of itself (`windrow_publish_delay_seconds`) is shown beside it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  PER_LINE,
  SENSORS,
  STEP_S,
  WINDOW_S,
  fleetEntries,
  writeModels,
} from '../scoring/fleet.ts';
import { Published } from './published.ts';
import { SoakReport } from './soak-report.ts';
import { StreamProcess } from './stream-process.ts';

const OUT_OF_ORDER_MS = 1000;
const REPORT_MS = 10_000;
/** After the history was worked off and before anything is counted. */
const WARM_UP_MS = 15_000;
const HISTORY_S = WINDOW_S + 10;

interface Size {
  readonly lines: number;
  /** Hz, of each sensor. */
  readonly rate: number;
  readonly models: number;
  readonly runMs: number;
  readonly warmUpMs: number;
}

const SMALL: Size = { lines: 4, rate: 1, models: 3, runMs: 2500, warmUpMs: 500 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '3' },
      lines: { type: 'string', default: '240' },
      rate: { type: 'string', default: '25' },
      models: { type: 'string', default: '100' },
      workers: { type: 'string', default: '0' },
      'commit-ms': { type: 'string', default: '50' },
      'snapshot-ms': { type: 'string', default: '5000' },
      delivery: { type: 'string', default: 'strict' },
      checkpoint: { type: 'string', default: '' },
      small: { type: 'boolean', default: false },
    },
  });
  const asked: Size = {
    lines: Number(values.lines),
    rate: Number(values.rate),
    models: Number(values.models),
    runMs: Number(values.minutes) * 60_000,
    warmUpMs: WARM_UP_MS,
  };
  const size = values.small ? SMALL : asked;
  const root = mkdtempSync(join(tmpdir(), 'windrow-soak-'));
  try {
    const intervalMs = 1000 / size.rate;
    const published = new Published({
      definitions: size.lines * PER_LINE,
      stepMs: STEP_S * 1000,
      dueMs: (endMs) => Math.ceil((endMs + OUT_OF_ORDER_MS) / intervalMs) * intervalMs,
    });
    // In a run of seconds hardly a window ends: those of what came before count too.
    if (values.small) published.countsFromMs = Number.NEGATIVE_INFINITY;
    const config = join(root, 'stream.json');
    const checkpoint = values.checkpoint === '' ? join(root, 'checkpoints') : values.checkpoint;
    const settings = {
      ...writeFactory(root, size),
      sink: 'log:',
      ...(checkpoint === 'none' ? {} : { checkpoint }),
      workers: Number(values.workers),
      'commit-interval': Number(values['commit-ms']) / 1000,
      'snapshot-interval': Number(values['snapshot-ms']) / 1000,
      delivery: values.delivery,
      'out-of-order': OUT_OF_ORDER_MS / 1000,
      http: '0',
      'log-format': 'json',
      // What each checkpoint cost is said then.
      'log-level': 'debug',
      'summary-file': join(root, 'summary.json'),
    };
    writeFileSync(config, JSON.stringify(settings));
    await soak(new StreamProcess(['run', '--config', config], published), published, size);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Models and definitions of simulated lines, and the source to go with them. */
function writeFactory(root: string, { lines, rate, models }: Size): Record<string, string> {
  const definitions = join(root, 'definitions.json');
  const names = writeModels(join(root, 'models'), models);
  writeFileSync(definitions, JSON.stringify(fleetEntries(lines, names)));
  return {
    definitions,
    models: join(root, 'models'),
    source: `sim://extrusion?lines=${lines}&sensors=${SENSORS}&rate=${rate}&history_s=${HISTORY_S}&live=true`,
  };
}

async function soak(stream: StreamProcess, published: Published, size: Size): Promise<void> {
  try {
    await stream.caughtUp();
    await sleep(size.warmUpMs);
    if (published.countsFromMs === Number.POSITIVE_INFINITY) published.countsFromMs = Date.now();
    const report = new SoakReport(published);
    report.begin(await stream.scrape(), Date.now());
    for (let leftMs = size.runMs; leftMs > 0; leftMs -= REPORT_MS) {
      await sleep(Math.min(leftMs, REPORT_MS));
      console.log(report.line(await stream.scrape()));
    }
    const last = await stream.scrape();
    await stream.stop();
    published.checkWhole();
    console.log(report.summary(last, stream.checkpoints));
  } finally {
    stream.kill();
  }
}

await main();
