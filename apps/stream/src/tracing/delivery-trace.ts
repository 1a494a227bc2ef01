/**
 * The trace of one delivery, from its arrival until every sink has what follows from it:
 *
 *     delivery -------------------------------------------------
 *        wait ---                                until its turn
 *               windows ---                      its samples into cells, windows judged
 *                    score -------               its windows at their models
 *                                 commit ---     to the journal
 *                                         publish ----    each batch with some of them, to each sink
 */
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { FollowedDelivery, FollowedScore } from '@windrow/pipeline';

/** Windows of a delivery that are followed; one that ends a long silence may have more. */
const WINDOWS_MAX = 10_000;

export interface TraceClock {
  /** ms since the Unix epoch. */
  wallMs(): number;
  /** ms with fractions; never goes back. */
  nowMs(): number;
}

interface FollowedWindow {
  isScored: boolean;
  /** Sinks that do not have its prediction. */
  lackedBy: number;
}

export class DeliveryTrace {
  readonly #tracer: Tracer;
  readonly #clock: TraceClock;
  readonly #delivery: FollowedDelivery;
  readonly #sinks: number;
  readonly #root: Span;
  readonly #context: Context;
  readonly #wait: Span;
  #windows: Span | null = null;
  #score: Span | null = null;
  /** Those that are not done with. */
  readonly #waiting: Map<string, FollowedWindow> = new Map();
  readonly #models: Set<string> = new Set();
  #judged = 0;
  #unscored = 0;
  #isWorked = false;
  #isScored = false;
  /** Since when scores wait for their commit; null: none do. */
  #uncommittedMs: number | null = null;
  #lastScoreMs = Number.NEGATIVE_INFINITY;
  #hasEnded = false;

  private constructor(
    root: Span,
    delivery: FollowedDelivery,
    { tracer, clock, sinks }: { tracer: Tracer; clock: TraceClock; sinks: number },
  ) {
    this.#root = root;
    this.#context = trace.setSpan(ROOT_CONTEXT, root);
    this.#delivery = delivery;
    this.#tracer = tracer;
    this.#clock = clock;
    this.#sinks = sinks;
    this.#wait = this.#child('wait');
  }

  /** null where the sampler does not want it. */
  static begin(
    delivery: FollowedDelivery,
    parts: { tracer: Tracer; clock: TraceClock; sinks: number },
  ): DeliveryTrace | null {
    const root = parts.tracer.startSpan('delivery', {
      root: true,
      attributes: {
        'windrow.source': delivery.source,
        'windrow.sequence': delivery.sequence,
        'windrow.samples': delivery.samples,
      },
    });
    return root.isRecording() ? new DeliveryTrace(root, delivery, parts) : null;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  isOf({ source, sequence }: FollowedDelivery): boolean {
    return this.#delivery.source === source && this.#delivery.sequence === sequence;
  }

  begun(): void {
    this.#wait.end();
    this.#windows = this.#child('windows');
  }

  judged(window: string): void {
    this.#judged++;
    if (this.#waiting.has(window) || this.#waiting.size === WINDOWS_MAX) return;
    this.#waiting.set(window, { isScored: false, lackedBy: this.#sinks });
    this.#unscored++;
    this.#score ??= this.#child('score');
  }

  worked(): void {
    this.#windows?.setAttribute('windrow.windows', this.#judged).end();
    this.#isWorked = true;
    this.#look();
  }

  scored(window: string, { value, model }: FollowedScore): void {
    const followed = this.#waiting.get(window);
    if (followed === undefined || followed.isScored) return;
    followed.isScored = true;
    this.#unscored--;
    this.#models.add(model);
    this.#lastScoreMs = this.#clock.nowMs();
    this.#uncommittedMs ??= this.#lastScoreMs;
    // What is not finite is no prediction.
    if (!Number.isFinite(value)) this.#waiting.delete(window);
    this.#look();
  }

  /** Of what was in the journal so many ms ago. */
  committed(sizeBytes: number, elapsedMs: number): void {
    const sealedMs = this.#clock.nowMs() - elapsedMs;
    if (this.#uncommittedMs === null || sealedMs < this.#uncommittedMs) return;
    this.#uncommittedMs = this.#lastScoreMs > sealedMs ? this.#lastScoreMs : null;
    const startTime = this.#clock.wallMs() - elapsedMs;
    this.#child('commit', { 'windrow.size_bytes': sizeBytes }, startTime).end();
  }

  /** Returns what is to be called at the end; null where none of its predictions are in the batch. */
  publishing(sink: string, windows: readonly string[]): ((error: string | null) => void) | null {
    const own = windows.filter((window) => this.#waiting.get(window)?.isScored === true);
    if (own.length === 0) return null;
    const span = this.#child('publish', {
      'windrow.sink': sink,
      'windrow.predictions': windows.length,
      'windrow.predictions_of_delivery': own.length,
    });
    return (error) => {
      if (error !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end();
      if (error !== null) return;
      for (const window of own) this.#published(window);
      this.#look();
    };
  }

  /** Whatever is missing: a model failed, a sink is down, or the job ends. */
  abandon(): void {
    if (this.#hasEnded) return;
    for (const span of [this.#wait, this.#windows, this.#score]) {
      if (span?.isRecording() === true) span.end();
    }
    this.#root.setAttribute('windrow.incomplete', true);
    this.#end();
  }

  #published(window: string): void {
    const followed = this.#waiting.get(window);
    if (followed !== undefined && --followed.lackedBy === 0) this.#waiting.delete(window);
  }

  /** Ends what is over. */
  #look(): void {
    if (!this.#isWorked || this.#unscored > 0 || this.#hasEnded) return;
    if (!this.#isScored) {
      this.#isScored = true;
      this.#score?.setAttribute('windrow.models', [...this.#models].toSorted()).end();
    }
    if (this.#waiting.size === 0) this.#end();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#root.setAttribute('windrow.windows', this.#judged).end();
  }

  #child(name: string, attributes: Attributes = {}, startTime: number | null = null): Span {
    const options = startTime === null ? { attributes } : { attributes, startTime };
    return this.#tracer.startSpan(name, options, this.#context);
  }
}
