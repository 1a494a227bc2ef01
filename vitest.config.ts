import { defineConfig } from 'vitest/config';

// Tests run on the sources: the export condition `windrow-source` of every package, no build before.
const conditions = ['windrow-source'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/src/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    execArgv: ['--conditions=windrow-source'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
