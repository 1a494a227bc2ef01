/** Tries a sink without leaving anything there. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AtomicFile, letterFileOptions, parseUri, windowedFilesOptions } from '@windrow/io';
import { openLetters, openOutput, type Output } from '../open/outputs.ts';
import { pubSubEnvironment, type Outside } from '../open/outside.ts';

const LOG = 'is standard output';

/** @throws WindrowError USAGE, OUTPUT */
export async function checkPredictionSink(uri: string, outside: Outside): Promise<string> {
  switch (parseUri(uri).scheme) {
    case 'pubsub':
      return checkTopic(uri, 'predictions', outside);
    case 'files': {
      // Opened for good it would take up what an earlier run left.
      const { folder } = windowedFilesOptions(uri);
      const probe = await AtomicFile.create(join(folder, `probe-${randomUUID()}`));
      await probe.abort();
      return 'the folder may be written';
    }
    case 'log':
      return LOG;
    default:
      return takenBack(await openOutput(uri, outside));
  }
}

/**
 * @param isWhole the file is of this run alone; otherwise it is appended to
 * @throws WindrowError USAGE, OUTPUT
 */
export async function checkLetterSink(
  uri: string,
  isWhole: boolean,
  outside: Outside,
): Promise<string> {
  switch (parseUri(uri).scheme) {
    case 'pubsub':
      return checkTopic(uri, 'dead letters', outside);
    case 'log':
      return LOG;
    case 'file':
      return takenBack(
        await openLetters(isWhole ? uri : letterFileOptions(uri).path, true, outside),
      );
    default:
      return takenBack(await openLetters(uri, isWhole, outside));
  }
}

async function checkTopic(
  uri: string,
  what: 'predictions' | 'dead letters',
  outside: Outside,
): Promise<string> {
  const { checkPubSubSink } = await import('@windrow/io-pubsub');
  return (await checkPubSubSink(uri, what, pubSubEnvironment(outside))).join('; ');
}

/** As in a run that ends: a file is begun under a temporary name, and taken back. */
async function takenBack({ whole, sink }: Output<never>): Promise<string> {
  await (whole === null ? sink.close() : whole.abort());
  return 'may be written';
}
