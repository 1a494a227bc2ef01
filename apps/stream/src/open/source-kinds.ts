/** Sources by scheme. What needs the client of a cloud is loaded when it is asked for. */
import { WindrowError, type LiveSource } from '@windrow/core';
import { FollowSource, StdinSource, parseUri, type SourceFactory } from '@windrow/io';
import { sourceFactories } from '@windrow/job-command';
import { finiteSource, timerClock } from '@windrow/pipeline';
import { LiveSimSource, isLiveSimUri } from '@windrow/simulator';
import { pubSubEnvironment, type Outside } from './outside.ts';

export interface SourceKind {
  /** It ends by itself, and is the same when it is read again. */
  readonly isFinite: boolean;
  /** It may end by itself; others go on until the job is stopped. */
  readonly mayEnd: boolean;
  open(uri: string, outside: Outside): Promise<LiveSource>;
  /** Tries it without taking anything; a line for what was found. @throws WindrowError INPUT, USAGE */
  check(uri: string, outside: Outside): Promise<string>;
}

/** A source of the other jobs: it is read from its beginning to its end. */
function finiteKind(open: SourceFactory): SourceKind {
  return {
    isFinite: true,
    mayEnd: true,
    open: async (uri) => finiteSource(await open(uri)),
    check: async (uri) => {
      const source = await open(uri);
      try {
        const splits = await source.splits(null);
        return `may be read: ${splits.length} part${splits.length === 1 ? '' : 's'}`;
      } finally {
        await source.close();
      }
    },
  };
}

const liveKinds: Readonly<Record<string, SourceKind>> = {
  stdin: {
    isFinite: false,
    mayEnd: true,
    open: (uri, { stdin }) => Promise.resolve(new StdinSource(uri, stdin)),
    check: async (uri, { stdin }) => {
      const { uri: known } = new StdinSource(uri, stdin);
      return `${known} is read as it comes`;
    },
  },
  follow: {
    isFinite: false,
    mayEnd: false,
    open: async (uri) => {
      const source = new FollowSource(uri);
      await source.check();
      return source;
    },
    check: async (uri) => {
      await new FollowSource(uri).check();
      return 'is there, or will be';
    },
  },
  pubsub: {
    isFinite: false,
    mayEnd: false,
    open: async (uri, outside) => {
      const { openPubSubSource } = await import('@windrow/io-pubsub');
      return openPubSubSource(uri, pubSubEnvironment(outside));
    },
    check: async (uri, outside) => {
      const { checkPubSubSource } = await import('@windrow/io-pubsub');
      return (await checkPubSubSource(uri, pubSubEnvironment(outside))).join('; ');
    },
  },
};

/** A simulation by the clock. */
function liveSimKind(uri: string, { terminal }: Outside): SourceKind {
  const readings = { wallMs: () => terminal.nowMs(), nowMs: () => terminal.elapsedMs() };
  const open = (): LiveSimSource => new LiveSimSource(uri, timerClock(readings));
  return {
    isFinite: false,
    mayEnd: open().hasEnd,
    open: () => Promise.resolve(open()),
    check: () => Promise.resolve('is simulated as time goes by'),
  };
}

/** @throws WindrowError USAGE for an unknown scheme, or a simulation that there is not */
export function sourceKind(uri: string, outside: Outside): SourceKind {
  const { terminal } = outside;
  const { scheme } = parseUri(uri);
  if (scheme === 'sim' && isLiveSimUri(uri)) return liveSimKind(uri, outside);
  if (Object.hasOwn(liveKinds, scheme)) return liveKinds[scheme]!;
  const factories = sourceFactories(terminal);
  if (Object.hasOwn(factories, scheme)) return finiteKind(factories[scheme]!);
  const known = [...Object.keys(liveKinds), ...Object.keys(factories)].map((name) => `${name}:`);
  throw new WindrowError(
    'USAGE',
    `--source: ${uri}: found the scheme ${scheme}:, expected one of ${known.join(', ')} (a bare path is file:)`,
  );
}
