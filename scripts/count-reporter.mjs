/**
 * Vitest reporter that writes `N passed, N failed, N skipped` to the file named by WINDROW_TEST_COUNTS. A test file that
 * cannot be loaded, and an error outside of any test, count as one failure each.
 */
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) counts[test.result().state]++;
    }
    const file = process.env['WINDROW_TEST_COUNTS'];
    if (file === undefined) throw new Error('WINDROW_TEST_COUNTS is not set: run scripts/test.mjs');
    // A test that never came to its turn did not pass.
    const failed = counts.failed + counts.pending;
    writeFileSync(file, `${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped\n`);
  }
}
