import { describe, expect, it } from 'vitest';
import { helpText } from '../src/help-text.ts';
import type { CommandSpec } from '../src/option-spec.ts';

const spec: CommandSpec = {
  name: 'windrow-try',
  about: 'samples in, numbers out.',
  options: {
    source: {
      type: 'text',
      required: true,
      placeholder: 'URI',
      group: 'Input',
      help: 'file, folder or glob of samples; a very long sentence that has to go on in a second line',
    },
    tag: { type: 'list', group: 'Input', help: 'a tag' },
    workers: { type: 'number', default: 2, help: 'threads' },
    progress: { type: 'choice', choices: ['auto', 'bar', 'log', 'none'], help: 'how to show it' },
    'a-very-long-name-of-an-option': { type: 'flag', help: 'on' },
  },
  operands: { placeholder: 'FILE', help: 'more', min: 0, max: 9 },
  notes: ['Exit codes: 0 all well.'],
  examples: [{ what: 'the usual', line: 'windrow-try --source file:a.csv' }],
};

describe('helpText', () => {
  it('aligns, groups and wraps', () => {
    expect(helpText(spec, 80)).toBe(`windrow-try: samples in, numbers out.

Usage: windrow-try --source URI [options] [FILE...]

Arguments:
  FILE                            more

Input:
  --source URI                    file, folder or glob of samples; a very long
                                  sentence that has to go on in a second line
                                  (required)
  --tag TEXT                      a tag (may be given many times)

Options:
  --workers N                     threads (default 2)
  --progress auto|bar|log|none    how to show it
  --a-very-long-name-of-an-option
                                  on

Help:
  -h, --help                      print this
  --version                       print the version

Exit codes: 0 all well.

Examples:
  # the usual
  windrow-try --source file:a.csv
`);
  });

  it.each([20, 60, 80, 100, 300, null])(
    'stays within %s columns, at least 60 and at most 100',
    (columns) => {
      const longest = Math.max(
        ...helpText(spec, columns)
          .split('\n')
          .map((line) => line.length),
      );
      expect(longest).toBeLessThanOrEqual(Math.min(100, Math.max(60, columns ?? 80)));
    },
  );

  it('has dots only where more operands may come than it names', () => {
    const operands = { placeholder: 'ACTION FILE', help: 'both', min: 2, max: 2 };
    expect(helpText({ ...spec, operands }, null)).toContain('[options] ACTION FILE\n');
  });
});
