/** What cannot work is refused before anything is opened. */
import { WindrowError, assert } from '@windrow/core';
import { FiniteSink } from '../finite-sink.ts';
import type { LiveJobOptions } from '../live-job-options.ts';

/** @throws WindrowError USAGE */
export function refuseImpossible({
  sources,
  sinks,
  deadLetters,
  checkpoint,
}: LiveJobOptions): void {
  assert(sources.length > 0 && sinks.length > 0, 'a job has a source and a sink');
  const finite = [...sinks, deadLetters].find((sink) => sink instanceof FiniteSink);
  if (checkpoint !== null && finite !== undefined) {
    throw new WindrowError(
      'USAGE',
      `${finite.uri}: found a sink that is shown whole at the end, expected one that is durable batch by batch: a job with checkpoints may go on in another process, which cannot go on with this output. Leave the checkpoints out, or take another sink`,
    );
  }
}
