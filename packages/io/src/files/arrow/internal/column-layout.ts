/**
 * How much of a record batch's metadata a column takes. Nodes and buffers of all columns lie one after the other in it, and only
 * the types say where a column ends: https://arrow.apache.org/docs/format/Columnar.html#buffer-listing-for-each-layout
 */
import { Field } from 'apache-arrow/fb/field';
import { Type } from 'apache-arrow/fb/type';
import { Union } from 'apache-arrow/fb/union';
import { UnionMode } from 'apache-arrow/fb/union-mode';
import { Damage } from '../../internal/damage.ts';

/** Of a column and its children. */
export interface ColumnLayout {
  readonly nodes: number;
  /** Without those of which the batch says how many there are. */
  readonly buffers: number;
  /** How many more there are in batches before version 5 of the format: unions and runs had validity bits too. */
  readonly olderBuffers: number;
  /** Arrays of views: the batch says for each how many more buffers it has. */
  readonly views: number;
}

/** Validity bits, offsets, sizes, data: what each type has of these. */
const BUFFERS: Readonly<Record<number, number>> = {
  [Type.NONE]: 0,
  [Type.Null]: 0,
  [Type.RunEndEncoded]: 0,
  [Type.Struct_]: 1,
  [Type.FixedSizeList]: 1,
  [Type.Int]: 2,
  [Type.FloatingPoint]: 2,
  [Type.Bool]: 2,
  [Type.Decimal]: 2,
  [Type.Date]: 2,
  [Type.Time]: 2,
  [Type.Timestamp]: 2,
  [Type.Interval]: 2,
  [Type.Duration]: 2,
  [Type.FixedSizeBinary]: 2,
  [Type.List]: 2,
  [Type.LargeList]: 2,
  [Type.Map]: 2,
  [Type.BinaryView]: 2,
  [Type.Utf8View]: 2,
  [Type.Binary]: 3,
  [Type.Utf8]: 3,
  [Type.LargeBinary]: 3,
  [Type.LargeUtf8]: 3,
  [Type.ListView]: 3,
  [Type.LargeListView]: 3,
};
const INDICES: ColumnLayout = { nodes: 1, buffers: 2, olderBuffers: 0, views: 0 };

/** Throws Damage for a type that the format did not have when this was written. */
export function columnLayout(field: Field): ColumnLayout {
  // What the indices point at comes in a batch of its own.
  if (field.dictionary() !== null) return INDICES;
  const type = field.typeType();
  const own = type === Type.Union ? unionBuffers(field) : BUFFERS[type];
  if (own === undefined) {
    throw new Damage(`column ${field.name() ?? ''}: a type that is not known (${type})`);
  }
  const layout = {
    nodes: 1,
    buffers: own,
    olderBuffers: type === Type.Union || type === Type.RunEndEncoded ? 1 : 0,
    views: type === Type.Utf8View || type === Type.BinaryView ? 1 : 0,
  };
  for (let i = 0; i < field.childrenLength(); i++) {
    const child = columnLayout(field.children(i, new Field())!);
    layout.nodes += child.nodes;
    layout.buffers += child.buffers;
    layout.olderBuffers += child.olderBuffers;
    layout.views += child.views;
  }
  return layout;
}

/** Type ids, and offsets where it is dense. */
function unionBuffers(field: Field): number {
  const union = new Union();
  field.type(union);
  return union.mode() === UnionMode.Dense ? 2 : 1;
}
