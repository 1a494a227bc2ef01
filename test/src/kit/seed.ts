/** Before each test file: the properties of fast-check draw from the seed of the run, which `vitest.config.ts` sets. */
import * as fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env['WINDROW_SEED']) });
