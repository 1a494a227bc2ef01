import { defineConfig } from 'vitest/config';

// Tests run on the sources: the export condition `windrow-source` of every package, no build before.
const conditions = ['windrow-source'];

// A change is judged by the same cases as the one before it. WINDROW_SEED=random looks for new ones, and says which seed it took.
const asked = process.env['WINDROW_SEED'] ?? '1';
const seed = asked === 'random' ? String(Math.floor(Math.random() * 2 ** 31)) : asked;
if (!/^\d{1,10}$/.test(seed))
  throw new Error(`WINDROW_SEED: found ${asked}, expected a number or random`);
if (seed !== '1') process.stdout.write(`WINDROW_SEED=${seed}\n`);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/src/**/*.test.ts'],
    setupFiles: ['test/src/kit/seed.ts'],
    env: { WINDROW_SEED: seed, ORT_DISABLE_TELEMETRY: '1' },
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--conditions=windrow-source'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
