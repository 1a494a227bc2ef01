/** Does what the first operand says. */
import { WindrowError, canonicalMetricId, found } from '@windrow/core';
import type { CommandContext } from '@windrow/cli';
import { ACTIONS, type options } from './command.ts';
import { compare } from './compare.ts';
import { decode, encode } from './convert.ts';
import { inspectFile } from './inspect-file.ts';
import { Refusals } from './refusals.ts';
import { openInput } from './sample-input.ts';

export type CodecContext = CommandContext<typeof options>;

/** The command; gives back its exit code. */
export async function codec(context: CodecContext): Promise<number> {
  const [action, path] = context.operands as readonly [string, string];
  const { metric, strict } = context.options;
  if (metric !== null && canonicalMetricId(metric) === null) {
    throw new WindrowError('USAGE', `--metric: found ${found(metric)}, expected a UUID`);
  }
  const known = ACTIONS.find((name) => name === action);
  if (known === undefined) {
    throw new WindrowError('USAGE', `found the action ${action}, expected ${ACTIONS.join(', ')}`);
  }
  const refusals = new Refusals(context.terminal);
  const input = await openInput(path, metric);
  if (input.form === 'chunk' && metric === null && (known === 'encode' || known === 'decode')) {
    context.terminal.stderr.write(
      `note: ${path}: a chunk does not say its metric; with --metric UUID its samples have that id, else one of zeros\n`,
    );
  }
  switch (known) {
    case 'inspect':
      await inspectFile(input, context, refusals);
      break;
    case 'encode':
      await encode(input, context, refusals);
      break;
    case 'decode':
      await decode(input, context, refusals);
      break;
    case 'compare':
      await compare(input, context, refusals);
      break;
  }
  refusals.summarise();
  return strict && refusals.count > 0 ? 1 : 0;
}
