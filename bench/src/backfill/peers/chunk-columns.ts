/**
 * The numbers of a chunk's column without a call a row: the vectors hold them as typed arrays, which their types keep to
 * themselves. The fastest way into Node that there is, so the peers take it.
 */
import {
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  DuckDBListVector,
  type DuckDBConnection,
  type DuckDBDataChunk,
} from '@duckdb/node-api';

export function doublesOf(chunk: DuckDBDataChunk, column: number): Float64Array {
  const vector = chunk.getColumnVector(column);
  if (!(vector instanceof DuckDBDoubleVector)) throw new Error('expected a column of doubles');
  return vector['items'];
}

export function integersOf(chunk: DuckDBDataChunk, column: number): Int32Array {
  const vector = chunk.getColumnVector(column);
  if (!(vector instanceof DuckDBIntegerVector)) throw new Error('expected a column of integers');
  return vector['items'];
}

/** The lists of a column, each as a view; none is null, and none has a null in it. */
export function doubleListsOf(chunk: DuckDBDataChunk, column: number): Float64Array[] {
  const vector = chunk.getColumnVector(column);
  if (!(vector instanceof DuckDBListVector)) throw new Error('expected a column of lists');
  const items = vector.childVector;
  if (!(items instanceof DuckDBDoubleVector)) throw new Error('expected lists of doubles');
  return Array.from({ length: vector.itemCount }, (_, row) => {
    const at = vector.getEntryOffset(row);
    return items['items'].subarray(at, at + vector.getEntryLength(row));
  });
}

/** The chunks of a query's result as they come. */
export async function* chunksOf(
  connection: DuckDBConnection,
  sql: string,
): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}
