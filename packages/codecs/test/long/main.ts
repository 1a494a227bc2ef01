/** The long checks: `npm run check:patterns -- [MILLIONS] [SEED]` and `npm run check:damage -- [SECONDS] [SEED]`. */
import { checkDamage } from './fuzz-check.ts';
import { checkPatterns } from './pattern-check.ts';

const MILLION = 1_000_000;
const [check, amount, seedText] = process.argv.slice(2);
const seed = Number(seedText ?? '1');
const startMs = performance.now();
const seconds = (): string => `${Math.round((performance.now() - startMs) / 1000)} s`;

if (check === 'patterns') {
  const millions = Number(amount ?? '100');
  let values = 0;
  for (let k = 0; k < millions; k++) values += checkPatterns(MILLION, seed + k);
  process.stdout.write(
    `${values} values, seeds ${seed} to ${seed + millions - 1}, ${seconds()}: unchanged by record, chunk and stream\n`,
  );
} else if (check === 'damage') {
  const limitMs = Number(amount ?? '600') * 1000;
  const counts = checkDamage(
    seed,
    (cases) => cases % 64 === 0 && performance.now() - startMs > limitMs,
  );
  process.stdout.write(`seed ${seed}, ${seconds()}: ${JSON.stringify(counts)}\n`);
} else {
  process.stderr.write('found no check, expected patterns or damage\n');
  process.exitCode = 2;
}
