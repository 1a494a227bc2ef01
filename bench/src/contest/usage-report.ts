/**
 * Loaded into a contender with `--import`: at its end it tells descriptor 3 what it took. Whatever the contender is, so no
 * contender measures itself.
 *
 * The peak is VmHWM where there is one: `maxRSS` begins with what the parent process had when it forked.
 */
import { existsSync, readFileSync, writeSync } from 'node:fs';

const STATUS = '/proc/self/status';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'latin1') : '';
  const highWaterKib = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  const usage = {
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakBytes: Number(highWaterKib ?? maxRSS) * 1024,
  };
  writeSync(3, JSON.stringify(usage));
});
