/** `windrow-stream dry-run`: tries every connection, takes nothing and leaves nothing. */
import { messageOf } from '@windrow/core';
import type { Settings } from '../config/settings.ts';
import { openBlobStore } from '../open/open-checkpoint.ts';
import type { Outside } from '../open/outside.ts';
import { refuseUnfitSink } from '../open/refuse-unfit-sink.ts';
import { sourceKind } from '../open/source-kinds.ts';
import { checkLetterSink, checkPredictionSink } from './check-sink.ts';
import { checkEndpoint } from '../tracing/otlp-endpoint.ts';
import { openScorerOf, readDefinitionsOf } from './validate.ts';

/** Written, read and deleted again. */
const PROBE = 'dry-run-probe';

interface Check {
  readonly what: string;
  readonly uri: string;
  /** A line for what was found. */
  readonly look: () => Promise<string>;
}

/** @returns the exit code: 0 where all is well, 1 where something is not; every check is made */
export async function dryRun(settings: Settings, outside: Outside): Promise<number> {
  const { stdout } = outside.terminal;
  let code = 0;
  for (const { what, uri, look } of checksOf(settings, outside)) {
    let found: string;
    let mark = 'ok  ';
    try {
      found = await look();
    } catch (error) {
      found = messageOf(error);
      mark = 'FAIL';
      code = 1;
    }
    stdout.write(`${mark} ${what.padEnd(12)} ${uri}: ${found.replaceAll('\n', '\n     ')}\n`);
  }
  return code;
}

function checksOf(settings: Settings, outside: Outside): Check[] {
  const { definitions, models, source, sink, deadLetter, checkpoint, otelEndpoint } = settings;
  const checks: Check[] = [
    {
      what: 'definitions',
      uri: definitions,
      look: async () => `${(await readDefinitionsOf(settings, outside)).length} definitions`,
    },
    {
      what: 'models',
      uri: models,
      look: async () => {
        const read = await readDefinitionsOf(settings, outside);
        const scorer = await openScorerOf(settings, read, outside);
        const count = new Set(scorer.targets.map(({ model }) => model.sha256)).size;
        await scorer.close();
        return `${count} model${count === 1 ? '' : 's'} loaded, checked and run`;
      },
    },
  ];
  for (const uri of source) {
    const look = async (): Promise<string> => sourceKind(uri, outside).check(uri, outside);
    checks.push({ what: 'source', uri, look });
  }
  for (const uri of sink) {
    const look = async (): Promise<string> => {
      refuseUnfitSink(uri, settings, outside);
      return checkPredictionSink(uri, outside);
    };
    checks.push({ what: 'sink', uri, look });
  }
  if (deadLetter !== null) {
    const isWhole = checkpoint === null && source.every((uri) => sourceKind(uri, outside).isFinite);
    const look = (): Promise<string> => checkLetterSink(deadLetter, isWhole, outside);
    checks.push({ what: 'dead letters', uri: deadLetter, look });
  }
  if (checkpoint !== null) {
    checks.push({ what: 'checkpoint', uri: checkpoint, look: () => checkStore(checkpoint) });
  }
  if (otelEndpoint !== null) {
    const look = (): Promise<string> => checkEndpoint(otelEndpoint);
    checks.push({ what: 'traces', uri: otelEndpoint, look });
  }
  return checks;
}

async function checkStore(uri: string): Promise<string> {
  const store = await openBlobStore(uri);
  await store.put(PROBE, Buffer.from(PROBE));
  const bytes = await store.get(PROBE);
  await store.delete(PROBE);
  if (Buffer.from(bytes).toString() !== PROBE)
    throw new Error('what was read is not what was written');
  const held = (await store.list('')).length;
  return `may be written and read; ${held === 0 ? 'no checkpoint yet' : `${held} blobs are there`}`;
}
