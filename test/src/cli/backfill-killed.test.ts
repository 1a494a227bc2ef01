/** `kill -9` and Ctrl-C in mid-run leave no file under an output's final name. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended, startCommand } from '../kit/run-command.ts';

const models = join(import.meta.dirname, '../../../models');
let folder: string;
let definitions: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  definitions = join(folder, 'definitions.json');
  writeFileSync(definitions, JSON.stringify(definitionsFor(simOptions({ lines: 4 }))));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a run that is ended', () => {
  it.each([
    ['SIGKILL', null],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s: no output under its name', async (signal, code) => {
    const sinks = ['csv', 'parquet', 'arrow'].map((form) => join(folder, `${signal}.${form}`));
    const child = startCommand('backfill', [
      ...['--definitions', definitions, '--models', models, '--progress', 'none'],
      ...['--source', 'sim://extrusion?lines=4&hours=2000'],
      ...sinks.flatMap((sink) => ['--sink', sink]),
    ]);
    const end = ended(child);
    // Until it has begun to write.
    const begun = (): boolean => readdirSync(folder).some((name) => name.includes(`.${signal}.`));
    for (let waits = 0; !begun() && waits < 400; waits++) await sleep(50);
    expect(begun()).toBe(true);
    await sleep(300);
    child.kill(signal);
    const result = await end;
    expect(result.code).toBe(code);
    for (const sink of sinks) expect(existsSync(sink)).toBe(false);
    // Nothing can be tidied up after kill -9 but what stands under a temporary name.
    expect(begun()).toBe(signal === 'SIGKILL');
  });
});
