import { describe, expect, it } from 'vitest';
import { clickhouseSource } from '../src/index.ts';

describe('a ClickHouse URI', () => {
  it('shows no password', () => {
    const { uri } = clickhouseSource('clickhouse://u:secret@host/db.t?filter=a%3D1');
    expect(uri).toBe('clickhouse://u@host/db.t?filter=a%3D1');
  });

  it.each([
    ['clickhouse:db.t', /expected clickhouse:\/\/user@host:port\/database\.table/],
    ['clickhouse:///db.t', /expected clickhouse:/],
    ['clickhouse://host', /found the path .*expected \/database\.table/],
    ['clickhouse://host/table', /expected \/database\.table/],
    ['clickhouse://host/db/table', /expected \/database\.table/],
    ['clickhouse://host/db.t?filter=a#b', /write # as %23/],
    ['clickhouse://host/db.t?secure=yes', /secure: found "yes"/],
    ['clickhouse://host/db.t?ca=a.pem', /expected secure=1 and ca=FILE/],
    ['clickhouse://host/db.t?secure=1&cert=a.pem&key=b.pem', /expected secure=1 and ca=FILE/],
    ['clickhouse://host/db.t?secure=1&ca=a.pem&cert=b.pem', /cert=FILE and key=FILE/],
    ['clickhouse://host/db.t?secure=1&ca=/none/a.pem', /ca: ENOENT/],
    ['clickhouse://host/db.t?password_file=/none/p', /password_file: ENOENT/],
    ['clickhouse://host/db.t?compress=gzip', /compress: found gzip, expected zstd, lz4 or none/],
    ['clickhouse://host/db.t?timeout=5', /timeout: found "5"/],
    ['clickhouse://host/db.t?table=a.b', /found the parameter "table"/],
  ])('%s is refused', (uri, message) => {
    expect(() => clickhouseSource(uri)).toThrow(message);
  });
});
