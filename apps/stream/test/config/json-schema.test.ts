/** The schema and the table in docs/ are those of the options: `windrow-stream schema` prints the first, UPDATE_DOCS=1 writes both. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/json-schema.ts';
import { optionTable } from '../../src/config/option-table.ts';
import { options } from '../../src/options.ts';

const DOCS = join(import.meta.dirname, '../../../../docs');
const TABLE = /(?<=<!-- options -->\n)[^]*?(?=<!-- end of options -->)/;

function published(name: string, expected: (before: string) => string): [string, string] {
  const path = join(DOCS, name);
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(path, expected(readFileSync(path, { encoding: 'utf8', flag: 'a+' })));
  }
  const text = readFileSync(path, 'utf8');
  return [text, expected(text)];
}

describe('what docs/ say of the config file', () => {
  it('stream-config.schema.json is the schema of the options', () => {
    const [text, expected] = published(
      'stream-config.schema.json',
      () => `${JSON.stringify(configSchema(options), null, 2)}\n`,
    );
    expect(text).toBe(expected);
  });

  it('STREAM.md has the table of the options', () => {
    const [text, expected] = published('STREAM.md', (before) =>
      before.replace(TABLE, () => `${optionTable(options)}\n`),
    );
    expect(text).toMatch(TABLE);
    expect(text).toBe(expected);
  });
});
