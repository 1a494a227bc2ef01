/** The limits: DuckDB reads the three columns and does no more, inside (`inside`) or up to vectors in Node (`to-node`). */
import { DuckDBBigIntVector } from '@duckdb/node-api';
import { chunksOf, doublesOf } from './chunk-columns.ts';
import { openDuckdb, quoted } from './duckdb-session.ts';

const [, , way, samples] = process.argv;
const connection = await openDuckdb();
const from = `FROM read_parquet(${quoted(samples!)})`;
if (way === 'inside') {
  await connection.run(`SELECT bit_xor(hash(metric_id)), sum(timestamp_ms), sum(value) ${from}`);
} else {
  let rows = 0;
  for await (const chunk of chunksOf(connection, `SELECT metric_id, timestamp_ms, value ${from}`)) {
    chunk.getColumnVector(0);
    if (!(chunk.getColumnVector(1) instanceof DuckDBBigIntVector))
      throw new Error('expected a column of 64-bit integers');
    rows += doublesOf(chunk, 2).length;
  }
  console.log(rows);
}
