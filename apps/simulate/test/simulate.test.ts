import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Progress } from '@windrow/cli';
import { checkDefinitions } from '@windrow/core';
import { openSource } from '@windrow/io';
import { labResults, simOptions, simSourceOf, simulatedLines } from '@windrow/simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulate, type SimulateRequest } from '../src/simulate.ts';
import { rowsOf } from './read-back.ts';

const simulation = simOptions({ lines: 2, durationMs: 30_000, seed: 5, jitterMs: 10, gaps: 0.1 });

class NotedProgress implements Progress {
  readonly notes: string[] = [];
  phase(): void {}
  update(): void {}
  end(): void {}
  note(line: string): void {
    this.notes.push(line);
  }
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-simulate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function request(asked: Partial<SimulateRequest>): SimulateRequest {
  return {
    simulation,
    out: null,
    lab: null,
    labEveryS: 1200,
    definitions: null,
    stepS: 60,
    metrics: null,
    progress: new NotedProgress(),
    log: new Writable(),
    signal: new AbortController().signal,
    ...asked,
  };
}

describe('simulate', () => {
  it.each(['parquet', 'arrow', 'arrows', 'csv', 'ndjson', 'records', 'csv.gz', 'ndjson.zst'])(
    'writes as .%s what the source gives',
    async (extension) => {
      const out = join(folder, `samples.${extension}`);
      const progress = new NotedProgress();
      await simulate(request({ out, progress }));
      const expected = await rowsOf(simSourceOf(simulation));
      expect(await rowsOf(await openSource(out))).toEqual(expected);
      expect(readdirSync(folder)).toEqual([`samples.${extension}`]);
      const count = expected.length.toLocaleString('en');
      expect(progress.notes).toEqual([
        `${count} samples of ${simSourceOf(simulation).uri} to ${out}`,
      ]);
    },
  );

  it('writes laboratory results', async () => {
    const day = simOptions({ lines: 3, durationMs: 86_400_000 });
    const lab = join(folder, 'lab.csv');
    await simulate(request({ simulation: day, lab, labEveryS: 60 }));
    const [header, ...rows] = readFileSync(lab, 'utf8').trimEnd().split('\n');
    expect(header).toBe('line_id,timestamp_ms,known_ms,value,target');
    const { length, lines, lineIndex, timestampsMs, knownMs, values } = labResults(day, {
      everyS: 60,
    });
    expect(rows).toEqual(
      Array.from({ length }, (_, i) => {
        const { lineId } = lines[lineIndex[i]!]!;
        return `${lineId},${timestampsMs[i]},${knownMs[i]},${values[i]},burst-pressure`;
      }),
    );
    expect(length).toBe(3 * 1440);
  });

  it('writes definitions and descriptions of the metrics', async () => {
    const definitions = join(folder, 'new', 'definitions.json');
    const metrics = join(folder, 'metrics.csv');
    await simulate(request({ definitions, metrics, stepS: 10 }));
    const entries = JSON.parse(readFileSync(definitions, 'utf8')) as unknown[];
    const checked = checkDefinitions(
      entries.map((value, i) => ({ value, where: `entry ${i + 1}` })),
      definitions,
    );
    expect(checked.map((definition) => definition.stepMs)).toEqual([10_000, 10_000]);
    const lines = readFileSync(metrics, 'utf8').trimEnd().split('\n');
    const [, second] = simulatedLines(simulation);
    expect(lines.length).toBe(51);
    expect(lines[0]).toBe('metric_id,name,unit,line_id,line');
    expect(lines[28]).toBe(
      `${second!.metrics[2]!.metricId},melt-pressure,bar,${second!.lineId},extrusion-002`,
    );
  });

  it('leaves nothing when one output cannot be written', async () => {
    const broken = request({
      out: join(folder, 'samples.docx'),
      lab: join(folder, 'lab.csv'),
      metrics: join(folder, 'metrics.csv'),
    });
    await expect(simulate(broken)).rejects.toThrow('samples.docx: the extension names no form');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing when it is ended', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const ended = request({
      out: join(folder, 'samples.csv'),
      lab: join(folder, 'lab.csv'),
      signal: controller.signal,
    });
    await expect(simulate(ended)).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [{ metrics: 'm.parquet' }, '--metrics: found "m.parquet", expected a file that ends in .csv'],
    [{ lab: 'lab.txt' }, '--lab: found "lab.txt", expected a file that ends in .csv'],
    [{ definitions: 'd.ndjson' }, /^--definitions: .* ends in \.json or \.yaml or \.yml$/],
    [{ out: 'a.csv', lab: './a.csv' }, /a\.csv: found it as two outputs/],
  ])('refuses %j', async (asked, message) => {
    await expect(simulate(request(asked))).rejects.toThrow(message);
  });

  it('wants something to write', async () => {
    await expect(simulate(request({}))).rejects.toThrow('found nothing to write, expected --out');
  });
});
