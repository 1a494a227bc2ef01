import { describe, expect, it } from 'vitest';
import { LINES_MAX, LINES_MOSTLY, overBudget } from './budgets.ts';
import { readPackages, type SourceFile } from './workspace.ts';

const file = (lines: number): SourceFile => ({ path: `${lines}.ts`, text: 'x\n'.repeat(lines) });

describe('budgets', () => {
  it('are kept by every source file', () => {
    const sources = readPackages().flatMap((pkg) =>
      pkg.files.filter(({ path }) => path.startsWith(`${pkg.path}/src/`)),
    );
    expect(sources.length).toBeGreaterThan(20);
    expect(overBudget(sources)).toEqual([]);
  });

  it('end at the last line allowed', () => {
    const short = Array.from({ length: 9 }, () => file(LINES_MOSTLY));
    expect(overBudget([...short, file(LINES_MAX)])).toEqual([]);
    expect(overBudget([...short, file(LINES_MAX + 1)])).toEqual([
      '401.ts: found 401 lines, expected at most 400',
    ]);
    expect(overBudget([...short, file(LINES_MOSTLY + 1), file(LINES_MOSTLY + 1)])).toEqual([
      'found 2 of 11 files with more than 250 lines, expected a tenth at most',
    ]);
  });
});
