import type { Terminal } from '@windrow/cli';
import { describe, expect, it } from 'vitest';
import { LetterLog } from '../../src/log/log-events.ts';
import { Logger } from '../../src/log/logger.ts';

function terminal(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = [];
  const stream = { isTTY: false, columns: null, write: (text: string) => void lines.push(text) };
  const nowMs = (): number => Date.UTC(2026, 10, 22, 10, 1, 2);
  return {
    lines,
    terminal: { stdout: stream, stderr: stream, env: {}, nowMs, elapsedMs: () => 0 },
  };
}

describe('the log', () => {
  it('is a line of JSON for machines', () => {
    const { terminal: own, lines } = terminal();
    new Logger(own, { format: 'json', level: 'info' }).log('warn', 'paused', 'waits\nhere', {
      n: 1,
      s: null,
    });
    expect(lines).toEqual([
      '{"time":"2026-11-22T10:01:02.000Z","level":"warn","event":"paused","message":"waits\\nhere","n":1,"s":null}\n',
    ]);
  });

  it('is a line of text for people', () => {
    const { terminal: own, lines } = terminal();
    new Logger(own, { format: 'text', level: 'info' }).log('info', 'e', 'hello', {
      a: 'b c',
      d: true,
    });
    expect(lines).toEqual(['10:01:02 info  hello (a="b c" d=true)\n']);
  });

  it('says nothing below its level', () => {
    const { terminal: own, lines } = terminal();
    const logger = new Logger(own, { format: 'text', level: 'warn' });
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger.log(level, 'e', level);
    expect(lines).toHaveLength(2);
  });

  it('tells rows that are set aside by their number, once a minute', () => {
    const { terminal: own, lines } = terminal();
    let now = 0;
    const letters = new LetterLog(new Logger(own, { format: 'json', level: 'info' }), () => now);
    const letter = { heading: 'quarantined', source: 's', row: 1, reason: 'r', raw: null } as const;
    for (let i = 0; i < 100; i++) letters.take(letter);
    now = 60_000;
    letters.tell(false);
    letters.tell(true);
    expect(lines.map((line) => (JSON.parse(line) as { count: number }).count)).toEqual([1, 99]);
  });
});
