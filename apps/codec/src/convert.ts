/** `encode` and `decode`: the same samples in another form. */
import { WindrowError, type SampleBatch, type Sink } from '@windrow/core';
import { formatBytes, formatCount } from '@windrow/cli';
import { openSampleSink } from '@windrow/io';
import { stat } from 'node:fs/promises';
import { Writable } from 'node:stream';
import type { CodecContext } from './codec.ts';
import { knownRows } from './known-rows.ts';
import type { Refusals } from './refusals.ts';
import type { SampleInput } from './sample-input.ts';
import { openOutput } from './sample-output.ts';

/** Writes the samples to `--to`, which must be given. */
export async function encode(
  input: SampleInput,
  context: CodecContext,
  refusals: Refusals,
): Promise<void> {
  const { to } = context.options;
  if (to === null) {
    throw new WindrowError('USAGE', 'encode: found no --to, expected the file to write');
  }
  await writeFile(input, to, context, refusals);
}

/** Writes the samples to `--to`, or to stdout as lines of JSON. */
export async function decode(
  input: SampleInput,
  context: CodecContext,
  refusals: Refusals,
): Promise<void> {
  const { to } = context.options;
  if (to !== null) {
    await writeFile(input, to, context, refusals);
    return;
  }
  const { terminal } = context;
  const log = new Writable({
    write(bytes: Buffer, _encoding, done): void {
      terminal.stdout.write(bytes.toString());
      done();
    },
  });
  await copy(input, await openSampleSink('log:', { log }), context, refusals);
}

async function writeFile(
  input: SampleInput,
  to: string,
  context: CodecContext,
  refusals: Refusals,
): Promise<void> {
  const { options, terminal } = context;
  const output: Sink<SampleBatch> = await openOutput(to, {
    rowsPerBlock: options.rowsPerBlock,
    stats: options.stats,
  });
  const rows = await copy(input, output, context, refusals);
  const { size } = await stat(to);
  const each = rows === 0 ? '' : `, ${(size / rows).toFixed(3)} bytes each`;
  terminal.stderr.write(`${to}: ${formatCount(rows)} samples, ${formatBytes(size)}${each}\n`);
}

/** Writes all samples, or nothing; gives their number. */
async function copy(
  input: SampleInput,
  output: Sink<SampleBatch>,
  { options, signal }: CodecContext,
  refusals: Refusals,
): Promise<number> {
  let rows = 0;
  try {
    for await (const batch of input.read(input.dictionary(), refusals.take)) {
      signal.throwIfAborted();
      const known = knownRows(batch);
      await output.write(known);
      rows += known.length;
    }
    if (options.strict && refusals.count > 0) {
      throw new WindrowError(
        'INPUT',
        `${input.path}: found ${refusals.count} that cannot be read (above), expected none under --strict: nothing was written`,
      );
    }
    await output.commit();
    return rows;
  } catch (error) {
    await output.abort();
    throw error;
  }
}
