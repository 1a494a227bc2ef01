/** Sources of samples, which are told which metrics will be asked of them. */
import type { Terminal } from '@windrow/cli';
import type { Source } from '@windrow/core';
import { openSource } from '@windrow/io';
import { sourceFactories } from '@windrow/job-command';

export function openSamples(
  uri: string,
  metricIds: readonly string[],
  terminal: Terminal,
): Promise<Source> {
  const factories = Object.entries(sourceFactories(terminal)).map(([scheme, open]) => [
    scheme,
    (text: string): Source | Promise<Source> => open(text, metricIds),
  ]);
  return openSource(uri, Object.fromEntries(factories));
}

/** An argument as it may be kept: a dataset goes to many hands. */
export function withoutPasswords(argument: string): string {
  return argument.replace(/(:\/\/[^:/@?#\s]*):[^@/?#\s]*@/g, '$1:***@');
}
