/** The configs that are published are read: those in docs/STREAM.md and in deploy/. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parse } from 'yaml';
import { parseConfig } from '../../src/config/read-config.ts';
import { settle } from '../../src/config/settings.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The first config map of a Kubernetes file. */
function configMap(text: string): string {
  const [map] = parseAllDocuments(text).map((document) => document.toJS() as object);
  return (map as { readonly data: Readonly<Record<string, string>> }).data['stream.yaml']!;
}

describe('a published config is read', () => {
  it.each([
    ['docs/STREAM.md', (text: string): string => /```yaml\n([^]*?)```/.exec(text)![1]!],
    ['deploy/stream/kubernetes.yaml', configMap],
  ])('%s', (path, configIn) => {
    const config = parseConfig(configIn(read(path)), path, { PROJECT: 'factory' });
    expect(settle({}, config, path)).toMatchObject({
      source: ['pubsub://factory/samples'],
      checkpoint: '/state/checkpoints',
      http: '0.0.0.0:9464',
    });
  });

  it('pods have more time to end than the job to drain', () => {
    const text = read('deploy/stream/kubernetes.yaml');
    const { 'drain-timeout': drainS } = parse(configMap(text)) as { 'drain-timeout': number };
    const graceS = Number(/terminationGracePeriodSeconds: (\d+)/.exec(text)![1]);
    expect(graceS).toBeGreaterThan(drainS + 10);
  });
});
