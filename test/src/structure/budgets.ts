/** How long a file may be. */
import type { SourceFile } from './workspace.ts';

/** No source file is longer, in lines. */
export const LINES_MAX = 400;
/** Nine files of ten are no longer, in lines. */
export const LINES_MOSTLY = 250;

/** Files, and shares of files, that are over budget. */
export function overBudget(files: readonly SourceFile[]): string[] {
  const faults: string[] = [];
  let longFiles = 0;
  for (const { path, text } of files) {
    const lines = text.trimEnd().split('\n');
    if (lines.length > LINES_MOSTLY) longFiles++;
    if (lines.length > LINES_MAX) {
      faults.push(`${path}: found ${lines.length} lines, expected at most ${LINES_MAX}`);
    }
  }
  if (longFiles > files.length / 10) {
    faults.push(
      `found ${longFiles} of ${files.length} files with more than ${LINES_MOSTLY} lines, expected a tenth at most`,
    );
  }
  return faults;
}
