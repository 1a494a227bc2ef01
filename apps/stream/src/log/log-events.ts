/** What happens to a job, to its models and to its definitions, as lines of the log. */
import type { DeadLetter } from '@windrow/core';
import type { DefinitionsEvent } from '@windrow/io';
import type { LiveEvent } from '@windrow/pipeline';
import type { ModelEvent } from '@windrow/scoring';
import type { Logger } from './logger.ts';

/** Letters are told one by one at the level debug; otherwise their number, so often. */
const LETTERS_EVERY_MS = 60_000;

/** Rows that are set aside can be many: their number is told, with the last reason. */
export class LetterLog {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  #toldMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #last: DeadLetter | null = null;

  /** @param nowMs a clock that never goes back */
  constructor(logger: Logger, nowMs: () => number) {
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  take(letter: DeadLetter): void {
    this.#count++;
    this.#last = letter;
    const { heading, source, row, reason } = letter;
    this.#logger.log('debug', 'dead_letter', reason, { heading, source, row });
    this.tell(false);
  }

  /** @param all also before the time has come */
  tell(all: boolean): void {
    const last = this.#last;
    if (last === null || this.#count === 0) return;
    if (!all && this.#nowMs() - this.#toldMs < LETTERS_EVERY_MS) return;
    this.#toldMs = this.#nowMs();
    const { heading, source, row, reason } = last;
    this.#logger.log(
      'warn',
      'dead_letters',
      `rows were set aside, the last one because: ${reason}`,
      {
        count: this.#count,
        heading,
        source,
        row,
      },
    );
    this.#count = 0;
  }
}

export function logJobEvent(logger: Logger, letters: LetterLog, event: LiveEvent): void {
  switch (event.kind) {
    case 'restored':
      logger.log('info', event.kind, 'goes on from its checkpoint', {
        checkpoint: event.checkpoint,
        samples: event.samples,
        predictions: event.predictions,
        elapsed_ms: Math.round(event.elapsedMs),
      });
      break;
    case 'checkpointed':
      logger.log('debug', event.kind, 'has a new checkpoint', {
        checkpoint: event.checkpoint,
        size_bytes: event.sizeBytes,
        pause_ms: event.pauseMs,
        elapsed_ms: event.elapsedMs,
      });
      break;
    case 'checkpoint_refused':
      logger.log('error', event.kind, event.message, { checkpoint: event.checkpoint });
      break;
    case 'checkpoint_failed':
    case 'score_failed':
      logger.log('error', event.kind, event.message);
      break;
    case 'source_failed':
      logger.log('error', event.kind, event.message, { source: event.source });
      break;
    case 'acknowledge_failed':
      logger.log('warn', event.kind, event.message, { source: event.source });
      break;
    case 'source_ended':
      logger.log('info', event.kind, 'the source has ended', { source: event.source });
      break;
    case 'publish_failed':
    case 'refused':
      logger.log(event.kind === 'refused' ? 'error' : 'warn', event.kind, event.message, {
        sink: event.sink,
        predictions: event.predictions,
      });
      break;
    case 'dead_letters_failed':
      logger.log('error', event.kind, event.message, { sink: event.sink });
      break;
    case 'paused':
      logger.log('warn', event.kind, `reading waits: ${event.reason}`);
      break;
    case 'resumed':
      logger.log('info', event.kind, 'reading goes on');
      break;
    case 'redefined':
      logger.log('info', event.kind, 'other definitions are in use', {
        definitions: event.definitions,
      });
      break;
    case 'unscored':
      logger.log('warn', event.kind, 'windows of definitions that are gone have no score', {
        windows: event.windows,
      });
      break;
    case 'dead_letter':
      letters.take(event.letter);
      break;
  }
}

export function logModelEvent(logger: Logger, event: ModelEvent): void {
  switch (event.kind) {
    case 'swapped':
      logger.log('info', 'model_swapped', 'another version of a model scores', {
        model: event.to.identifier,
        from: event.from.version,
        to: event.to.version,
      });
      break;
    case 'released':
      logger.log('debug', 'model_released', 'a version of a model is no longer held', {
        model: event.model.identifier,
        version: event.model.version,
      });
      break;
    case 'refused':
      logger.log('error', 'model_refused', event.message, {
        model: event.identifier,
        version: event.version,
      });
      break;
    case 'store_failed':
      logger.log('warn', 'model_store_failed', event.message);
      break;
    case 'worker_lost':
      logger.log('error', 'worker_lost', event.message, { worker: event.worker });
      break;
  }
}

export function logDefinitionsEvent(logger: Logger, event: DefinitionsEvent): void {
  switch (event.kind) {
    case 'taken':
      logger.log('info', 'definitions_taken', 'definitions are read', {
        version: event.version.slice(0, 12),
        from: event.from?.slice(0, 12) ?? null,
      });
      break;
    case 'refused':
      logger.log('error', 'definitions_refused', `the last good ones stay: ${event.message}`);
      break;
    case 'recovered':
      logger.log('info', 'definitions_recovered', 'definitions are again those in use', {
        version: event.version.slice(0, 12),
      });
      break;
    case 'not_kept':
      logger.log('warn', 'definitions_not_kept', event.message);
      break;
  }
}
