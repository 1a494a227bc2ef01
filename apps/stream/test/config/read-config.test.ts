import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/read-config.ts';

const parse = (text: string, env: Readonly<Record<string, string>> = {}) =>
  parseConfig(text, 'c.yaml', env);

describe('a config file', () => {
  it('is YAML or JSON, with the names of the flags', () => {
    const expected = { definitions: 'd.json', source: ['a', 'b'], workers: 2, delivery: 'eager' };
    expect(
      parse('# one\ndefinitions: d.json\nsource:\n  - a\n  - b\nworkers: 2\ndelivery: eager\n'),
    ).toEqual(expected);
    expect(parse(JSON.stringify({ $schema: './schema.json', ...expected }))).toEqual(expected);
  });

  it('takes one text for a list, and leaves out what is null', () => {
    expect(parse('source: a\nhttp: null\n')).toEqual({ source: ['a'] });
  });

  it('may hold nothing yet', () => {
    expect(parse('# definitions: d.json\n')).toEqual({});
  });

  it('takes a port, which is a number in YAML', () => {
    expect(parse('http: 9464\n')).toEqual({ http: '9464' });
  });

  it('is filled in from the environment, also numbers and lists', () => {
    const env = { PROJECT: 'p', WORKERS: '3', EMPTY: '' };
    const text = [
      'source: ["pubsub://${PROJECT}/${SUBSCRIPTION:-in}"]',
      'workers: ${WORKERS}',
      'models: ${EMPTY:-models}',
      'summary-file: cost-$$5-${PROJECT}',
      'http: ${NONE:-0.0.0.0:9464}',
    ].join('\n');
    expect(parse(text, env)).toEqual({
      source: ['pubsub://p/in'],
      workers: 3,
      models: 'models',
      'summary-file': 'cost-$5-p',
      http: '0.0.0.0:9464',
    });
  });

  it.each([
    ['workers: two', 'c.yaml: workers: found "two", expected a whole number from 0 to 256'],
    ['workers: "2"', 'c.yaml: workers: found "2", expected a whole number from 0 to 256'],
    ['workers: 1.5', 'c.yaml: workers: found 1.5, expected a whole number from 0 to 256'],
    [
      'workers: ${W}',
      'c.yaml: workers: found ${W}, which is not set, expected the environment variable or a default: ${W:-default}',
    ],
    [
      'workers: ${}',
      'c.yaml: workers: found ${}, expected ${NAME} or ${NAME:-default} (a dollar is $$)',
    ],
    ['delivery: lazy', 'c.yaml: delivery: found "lazy", expected one of strict, eager'],
    ['source: []', 'c.yaml: source: found [], expected a list of texts, or one'],
    ['source: [1]', 'c.yaml: source: found [1], expected a list of texts, or one'],
    ['definitions: true', 'c.yaml: definitions: found true, expected text'],
    ['out-of-order: -1', 'c.yaml: out-of-order: found -1, expected a number, at least 0'],
    [
      'out_of_order: 1',
      'c.yaml: out_of_order: found a key that is not known, expected perhaps out-of-order',
    ],
    ['sinks: a', 'c.yaml: sinks: found a key that is not known, expected perhaps sink'],
    [
      'colour: red',
      /^c\.yaml: colour: found a key that is not known, expected one of definitions, /,
    ],
    ['- a', 'c.yaml: found ["a"], expected keys and their values'],
    ['a: [', /^c\.yaml: found no complete YAML or JSON/],
    [
      'sink: log:',
      /^c\.yaml: found no complete .* line 1, .*; write 'log:' and 'stdin:' in quotes$/,
    ],
    ['workers: 1\nworkers: 2', /^c\.yaml: found no complete YAML or JSON: .*unique/s],
  ])('%s is refused', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('tells all its faults at once', () => {
    expect(() => parse('workers: x\ncolour: red\nhttp: true\n')).toThrow(
      /workers.*\n.*colour.*\n.*http/,
    );
  });
});
