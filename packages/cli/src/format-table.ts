/** Tables with aligned columns, for summaries and plans. */

export interface TableColumn {
  /** Printed above the column; a table whose titles are all empty has no head. */
  readonly title: string;
  /** Default `left`. */
  readonly align?: 'left' | 'right';
}

/**
 * The lines of a table, joined, ending in a newline; two spaces between columns, none at the ends of lines. Line breaks
 * and other control characters in a cell become spaces.
 * @param rows as many cells each as there are columns
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string {
  const cells = rows.map((row) => columns.map((_, i) => oneLine(row[i] ?? '')));
  const titles = columns.map((column) => column.title);
  if (titles.some((title) => title !== '')) {
    cells.unshift(titles);
  }
  const widths = columns.map((_, i) => Math.max(0, ...cells.map((row) => row[i]!.length)));
  const lines = cells.map((row) =>
    row
      .map((cell, i) =>
        columns[i]!.align === 'right' ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they would break the table, or the terminal
  return text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
}
