import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDefinitions } from '../../src/index.ts';
import { FIXTURES, withFolder } from '../samples.ts';

const entry = {
  input_metric_ids: ['3ea26934-8464-54d1-86a6-70a5c7c9a5f3'],
  window_size_s: 300,
  step_size_s: 10,
  line_id: '613cbd00-1279-420e-b0c5-dc310b9978b9',
  model_identifier: 'a',
  model_version: null,
  output_metric_id: '1caeef70-43b1-4813-9698-c9462e2d1de3',
  output_device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
  output_machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
  output_metric_name: 'p',
};

async function read(name: string, text: string): Promise<ReturnType<typeof readDefinitions>> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, name), text);
    return readDefinitions(join(folder, name));
  });
}

describe('readDefinitions', () => {
  const json = JSON.stringify([entry]);
  const yaml = `- ${Object.entries(entry)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n  ')}\n`;
  const ndjson = `\n${JSON.stringify(entry)}\r\n\n`;

  it.each([
    ['a.json', json, 'json'],
    ['a.JSON', `\uFEFF${json}`, 'json'],
    ['a.yaml', yaml, 'yaml'],
    ['a.yml', json, 'yaml'],
    ['a.ndjson', ndjson, 'ndjson'],
    ['a.jsonl', ndjson, 'ndjson'],
    ['json', `  ${json}`, 'json'],
    ['a.conf', yaml, 'yaml'],
    ['a.txt', ndjson, 'ndjson'],
  ])('reads %s', async (name, text, format) => {
    const file = await read(name, text);
    expect(file.format).toBe(format);
    expect(file.definitions).toEqual((await read('b.json', json)).definitions);
  });

  it.each([
    ['a.json', json.slice(0, 100), /a\.json: found no complete JSON: .*JSON/],
    ['a.json', '{}', /a\.json: found \{\}, expected an array/],
    ['a.json', '[]', /a\.json: found no definition/],
    ['a.json', '', /a\.json: found no complete JSON/],
    ['a.ndjson', `${JSON.stringify(entry)}\n{"a":`, /a\.ndjson: line 2: found no complete JSON/],
    ['a.ndjson', '\n{"a":1}', /a\.ndjson: line 2: .*a.*: found/],
    ['a.yaml', '- a: [1\n- b', /a\.yaml: found no complete YAML: .*line 2/s],
    ['a.yaml', '- a: 1\n  a: 2', /a\.yaml: .*line 2/s],
    ['a.yaml', 'a: 1', /a\.yaml: found .*expected an array/],
  ])('refuses %s: %s', async (name, text, message) => {
    await expect(read(name, text)).rejects.toMatchObject({
      code: 'DEFINITION',
      message: expect.stringMatching(message),
    });
  });

  it('names a file that is not there', async () => {
    await expect(readDefinitions('/nowhere/a.json')).rejects.toMatchObject({
      code: 'DEFINITION',
      message: expect.stringContaining('/nowhere/a.json'),
    });
  });

  it('does not expand aliases beyond measure', async () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 12; i++) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(',')}]`);
    }
    await expect(read('a.yaml', lines.join('\n'))).rejects.toThrow(/alias/i);
  });
});

const root = join(FIXTURES, 'definitions');

describe.skipIf(!existsSync(root))(
  'definitions fixtures (skipped: ../shared is not beside the project)',
  () => {
    it('gives the same from JSON, YAML and NDJSON', async () => {
      const { definitions } = await readDefinitions(join(root, 'liveline.json'));
      expect(definitions.length).toBeGreaterThan(5);
      for (const form of ['yaml', 'ndjson']) {
        expect((await readDefinitions(join(root, `liveline.${form}`))).definitions).toEqual(
          definitions,
        );
      }
    });

    const bad = existsSync(root)
      ? ['bad', 'bad-implied'].flatMap((folder) =>
          readdirSync(join(root, folder))
            .filter((name) => name.endsWith('.json'))
            .map((name) => join(folder, name)),
        )
      : [];

    it.each(bad)('refuses %s and names what is wrong', async (name) => {
      const note = readFileSync(join(root, name.replace('.json', '.expected.txt')), 'utf8');
      await expect(readDefinitions(join(root, name))).rejects.toMatchObject({
        code: 'DEFINITION',
        message: expect.stringContaining(note.split('\n')[0]!),
      });
    });
  },
);
