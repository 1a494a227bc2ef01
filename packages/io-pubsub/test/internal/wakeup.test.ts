import { describe, expect, it } from 'vitest';
import { Wakeup } from '../../src/internal/wakeup.ts';

describe('a wakeup', () => {
  it('wakes all that wait, and nobody who waits afterwards', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    let woken = 0;
    const wait = async (): Promise<void> => {
      await wakeup.wait();
      woken++;
    };
    const both = [wait(), wait()];
    expect(woken).toBe(0);
    wakeup.wake();
    await Promise.all(both);
    expect(woken).toBe(2);
    const third = wait();
    wakeup.wake();
    await third;
  });

  it('is woken by a timer, unless that is cancelled', async () => {
    const wakeup = new Wakeup();
    expect(wakeup.timer(0).isOver).toBe(true);
    const timer = wakeup.timer(1);
    expect(timer.isOver).toBe(false);
    await wakeup.wait();
    expect(timer.isOver).toBe(true);
    const cancelled = wakeup.timer(5);
    cancelled.cancel();
    const other = wakeup.timer(10);
    await wakeup.wait();
    expect([cancelled.isOver, other.isOver]).toEqual([false, true]);
  });
});
