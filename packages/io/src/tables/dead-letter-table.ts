/** Dead letters as a table. */
import type { DeadLetter } from '@windrow/core';
import type { Table } from './table.ts';

export const deadLetterTable: Table<readonly DeadLetter[]> = {
  rowCount: (letters) => letters.length,
  columns: [
    { name: 'heading', type: 'text', read: (letters, row) => letters[row]!.heading },
    { name: 'source', type: 'text', read: (letters, row) => letters[row]!.source },
    { name: 'row', type: 'int64', read: (letters, row) => letters[row]!.row },
    { name: 'reason', type: 'text', read: (letters, row) => letters[row]!.reason },
    { name: 'raw', type: 'text', read: (letters, row) => letters[row]!.raw },
  ],
};
