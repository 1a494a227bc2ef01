import { describe, expect, it } from 'vitest';
import { createProgress, type ProgressMode } from '../src/progress.ts';
import { fakeHost, type FakeHostOptions } from './fake-host.ts';

const UTF8 = { LANG: 'C.UTF-8' };

/** Half of 10 million samples in 5 s, told every 10 ms; then a note, then the end. */
function halfAJob(mode: ProgressMode, options: FakeHostOptions): string {
  const host = fakeHost(options);
  const progress = createProgress({ mode, terminal: host });
  progress.phase('scoring', 10_000_000, 'samples');
  for (let i = 1; i <= 500; i++) {
    host.clockMs = i * 10;
    progress.update(i * 10_000);
  }
  progress.note('model m: version 2');
  progress.end();
  progress.end();
  expect(host.stdout.text).toBe('');
  return host.stderr.text;
}

/** What stands on the screen: later text of a line over earlier. */
function screen(text: string): string[] {
  return text.split('\n').map((line) => line.split('\r').at(-1)!.replace('\u001b[K', ''));
}

describe('createProgress', () => {
  it('draws a bar, at most every 100 ms, never wider than the terminal', () => {
    const text = halfAJob('bar', { isTTY: true, columns: 72, env: UTF8 });
    const drawings = text.split('\n', 1).join('').split('\r').slice(1, -1);
    expect(drawings).toHaveLength(50);
    for (const drawing of drawings) {
      expect(drawing.replace('\u001b[K', '').length).toBeLessThan(72);
    }
    expect(drawings.at(-1)).toBe(
      'scoring  ███████▌░░░░░░░  50 %  5 M samples  1 M/s  0:05 left\u001b[K',
    );
    expect(screen(text)).toEqual(['model m: version 2', 'scoring: 5 M samples in 5 s, 1 M/s', '']);
  });

  it('draws the bar in ASCII where the locale is', () => {
    const text = halfAJob('bar', { isTTY: true, columns: 72, env: { LANG: 'C' } });
    expect(text).toContain('[######.......]  50 %');
  });

  it('leaves the bar out of a narrow terminal', () => {
    const drawings = halfAJob('bar', { isTTY: true, columns: 30, env: UTF8 }).split('\r');
    expect(drawings[5]).toBe('scoring  5.0 %  500 k samples\u001b[K');
  });

  it('shows parts of a character', () => {
    const host = fakeHost({ isTTY: true, columns: 80, env: UTF8 });
    const progress = createProgress({ mode: 'bar', terminal: host, barEveryMs: 0 });
    progress.phase('x', 240, 'files');
    const ends: string[] = [];
    for (let count = 1; count <= 8; count++) {
      host.stderr.text = '';
      host.clockMs += 1000;
      progress.update(count);
      ends.push(host.stderr.text.charAt(4));
    }
    expect(ends.join('')).toBe('▏▎▍▌▋▊▉█');
  });

  it('writes a line every 5 s to a log', () => {
    expect(halfAJob('log', {})).toBe(
      [
        'scoring: 50 %, 5 M samples, 1 M/s, 0:05 left',
        'model m: version 2',
        'scoring: 5 M samples in 5 s, 1 M/s',
        '',
      ].join('\n'),
    );
  });

  it('writes notes only with none', () => {
    expect(halfAJob('none', { isTTY: true })).toBe('model m: version 2\n');
  });

  it('chooses by the terminal with auto', () => {
    expect(halfAJob('auto', { isTTY: true, columns: 80 })).toContain('\r');
    expect(halfAJob('auto', { isTTY: false })).not.toContain('\r');
  });

  it('knows neither share nor end without a total', () => {
    const host = fakeHost();
    const progress = createProgress({ mode: 'log', terminal: host });
    progress.phase('reading', null, 'rows');
    host.clockMs = 6000;
    progress.update(12_000);
    expect(host.stderr.text).toBe('reading: 12 k rows, 2 k/s\n');
  });

  it('ends a phase when the next one starts', () => {
    const host = fakeHost();
    const progress = createProgress({ mode: 'log', terminal: host });
    progress.phase('one', 1, 'file');
    host.clockMs = 250;
    progress.update(1);
    progress.phase('two', 1, 'file');
    expect(host.stderr.text).toBe('one: 1 file in 250 ms, 4/s\n');
  });
});
