/** Tries a sink without leaving anything there. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AtomicFile, parseUri } from '@windrow/io';
import { openLetters, openOutput } from '../open/outputs.ts';
import { pubSubEnvironment, type Outside } from '../open/outside.ts';

/** @throws WindrowError USAGE, OUTPUT */
export async function checkSink(
  uri: string,
  what: 'predictions' | 'dead letters',
  outside: Outside,
): Promise<string> {
  const { scheme, rest } = parseUri(uri);
  switch (scheme) {
    case 'pubsub': {
      const { checkPubSubSink } = await import('@windrow/io-pubsub');
      return (await checkPubSubSink(uri, what, pubSubEnvironment(outside))).join('; ');
    }
    case 'files': {
      // Opened for good it would take up what an earlier run left.
      const probe = await AtomicFile.create(join(rest.split('?')[0]!, `probe-${randomUUID()}`));
      await probe.abort();
      return 'the folder may be written';
    }
    case 'log':
      return 'is standard output';
    default: {
      // As in a run that ends: a file is begun under a temporary name, and taken back.
      const { whole, sink } =
        what === 'predictions'
          ? await openOutput(uri, outside)
          : await openLetters(uri.split('?')[0]!, true, outside);
      await (whole === null ? sink.close() : whole.abort());
      return 'may be written';
    }
  }
}
