/** Runs the one kind of MERGE that the sink writes: by key columns, updating or inserting whole rows. */
import type { FakeTables, Row } from './tables.ts';

const MERGE =
  /^MERGE `([^`]+)` AS t\s+USING \(.*?FROM `([^`]+)`.*?\) AS s\s+ON (.*?)\s+WHEN MATCHED/s;
const KEY = /t\.`(\w+)` = s\.`(\w+)`/g;

/** @throws Error for any other statement */
export function merge(sql: string, tables: FakeTables): void {
  const [, target, staging, on] = MERGE.exec(sql) ?? [];
  const into = tables.get(target ?? '');
  const from = tables.get(staging ?? '');
  if (into === undefined || from === undefined) throw new Error(`no such MERGE: ${sql}`);
  const keys = Array.from(on!.matchAll(KEY), (match) => match[1]!);
  if (keys.length === 0) throw new Error(`a MERGE without keys: ${on}`);
  const keyOf = (row: Row): string => keys.map((key) => String(row[key])).join(' ');
  const places = new Map(into.rows.map((row, i) => [keyOf(row), i]));
  for (const row of from.rows) {
    const at = places.get(keyOf(row));
    if (at === undefined) {
      places.set(keyOf(row), into.rows.length);
      into.rows.push(row);
    } else {
      into.rows[at] = { ...into.rows[at]!, ...row };
    }
  }
}
