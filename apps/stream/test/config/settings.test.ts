import { parseOptions, type CommandSpec } from '@windrow/cli';
import { describe, expect, it } from 'vitest';
import { flagsOf, settle, type Settings } from '../../src/config/settings.ts';
import { parseConfig } from '../../src/config/read-config.ts';
import { spec } from '../../src/command.ts';
import { options } from '../../src/options.ts';

function settled(argv: readonly string[], config = ''): Settings {
  const parsed = parseOptions<CommandSpec['options']>(spec, argv);
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  const read = config === '' ? {} : parseConfig(config, 'c.yaml', {});
  return settle(parsed.options, read, config === '' ? null : 'c.yaml');
}

const REQUIRED = ['--definitions', 'd', '--models', 'm', '--source', 's', '--sink', 'k'];

describe('settings', () => {
  it('come from the flags, then from the file, then from the defaults', () => {
    const config =
      'workers: 3\nout-of-order: 7\nsource: [x, y]\nsink: z\nmodels: n\nlog-level: warn\n';
    expect(settled(['--definitions', 'd', '--workers', '0', '--sink', 'k'], config)).toMatchObject({
      definitions: 'd',
      workers: 0,
      outOfOrder: 7,
      source: ['x', 'y'],
      sink: ['k'],
      models: 'n',
      logLevel: 'warn',
      maxFuture: 300,
      checkpoint: null,
      idleAfter: null,
    });
  });

  it('have a value or null for every option', () => {
    const properties = Object.keys(settled(REQUIRED));
    expect(properties).toHaveLength(Object.keys(options).length);
    expect(Object.values(settled(REQUIRED))).not.toContain(undefined);
  });

  it('say what is missing, and where it was looked for', () => {
    expect(() => settled(['--models', 'm'])).toThrow(
      /^--definitions: it is missing on the command line: .*\n--source: .*\n--sink: /,
    );
    expect(() => settled(REQUIRED.slice(2), 'workers: 1')).toThrow(
      /^--definitions: it is neither on the command line nor in c\.yaml/,
    );
  });

  it('are told by --help with their defaults', () => {
    const flags = flagsOf(options);
    expect(flags['workers']!.help).toMatch(/ \(default 0\)$/);
    expect(flags['definitions']!.help).toMatch(/ \(required\)$/);
    expect(flags['checkpoint']!.help).not.toMatch(/default/);
    expect(Object.keys(flags)).toEqual(Object.keys(options));
  });
});
