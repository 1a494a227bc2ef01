/** Sources of jobs by scheme. What needs a client of a cloud is loaded when it is asked for. */
import type { Terminal } from '@windrow/cli';
import { fileSource } from '@windrow/io';
import type { JobParts } from '@windrow/pipeline';
import { simSource } from '@windrow/simulator';

/** Sources of jobs, with a word on what was passed over. */
export function sourceFactories(terminal: Terminal): JobParts['factories'] {
  return quietSourceFactories((text) => terminal.stderr.write(`note: ${text}\n`));
}

/** @param note told what was passed over */
export function quietSourceFactories(note: (text: string) => void): JobParts['factories'] {
  return { file: (uri) => fileSource(uri, { note }), sim: simSource };
}
