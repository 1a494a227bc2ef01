import { describe, expect, it } from 'vitest';
import { RunPace } from '../../src/internal/run-pace.ts';

describe('room for a batch', () => {
  it('doubles when one filled up, to 1024', () => {
    const pace = new RunPace(4, 0.0001);
    const rows = [pace.batchRows];
    for (let i = 0; i < 9; i++) {
      pace.filled(pace.batchRows);
      rows.push(pace.batchRows);
    }
    expect(rows).toEqual([8, 16, 32, 64, 128, 256, 512, 1024, 1024, 1024]);
  });

  it('halves when one was drained a quarter full, and never below one row', () => {
    const pace = new RunPace(4, 0.0001);
    pace.drained(3);
    expect(pace.batchRows).toBe(8);
    pace.drained(2);
    expect(pace.batchRows).toBe(4);
    for (let i = 0; i < 9; i++) pace.drained(1);
    expect(pace.batchRows).toBe(2);
    for (let i = 0; i < 9; i++) pace.drained(0);
    expect(pace.batchRows).toBeGreaterThan(0);
  });

  it('stays where two batches a drain come, the second nearly empty', () => {
    const pace = new RunPace(4, 0.0001);
    for (let i = 0; i < 9; i++) {
      pace.filled(8);
      pace.drained(2);
      expect(pace.batchRows).toBeGreaterThanOrEqual(16);
    }
  });

  it('is no more than a run may take', () => {
    expect(new RunPace(4, 1).batchRows).toBe(4);
    expect(new RunPace(4, 100).batchRows).toBe(1);
  });
});

describe('rows of a run', () => {
  it('take as long as allowed', () => {
    expect(new RunPace(4, 0.1).runRows).toBe(40);
    expect(new RunPace(4, 0).runRows).toBe(1024);
  });

  it('follow what runs cost, both ways', () => {
    const pace = new RunPace(4, 0.1);
    for (let i = 0; i < 40; i++) pace.ran(10, 20);
    expect(pace.runRows).toBe(2);
    for (let i = 0; i < 40; i++) pace.ran(2, 0.02);
    expect(pace.runRows).toBeGreaterThan(300);
  });

  it('one slow run does not turn everything over', () => {
    const pace = new RunPace(4, 0.01);
    pace.ran(100, 30);
    expect(pace.runRows).toBeGreaterThan(40);
  });
});
