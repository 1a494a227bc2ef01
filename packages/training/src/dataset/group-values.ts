/** The group of each example: its line, or the value of an attribute of its label. */
import { WindrowError } from '@windrow/core';
import type { ExampleColumns } from '../examples/example-columns.ts';
import type { TensorForm } from '../tensor-form.ts';

/**
 * @param by `line`, or the name of an attribute; labels without it are a group of their own, named by an empty text
 * @throws WindrowError USAGE where the labels have no such attribute
 */
export function groupsOf(
  { definitions }: TensorForm,
  examples: ExampleColumns,
  by: string,
): (row: number) => string {
  const attribute = examples.attributes.find(({ name }) => name === by);
  if (attribute !== undefined) return (row) => attribute.values[row] ?? '';
  if (by === 'line') return (row) => definitions[examples.definitions[row]!]!.lineId;
  const known = ['line', ...examples.attributes.map(({ name }) => name)];
  throw new WindrowError(
    'USAGE',
    `--split group:${by}: found no such column in the labels, expected one of ${known.join(', ')}`,
  );
}
