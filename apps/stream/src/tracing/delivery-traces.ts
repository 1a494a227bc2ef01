/** Follows the deliveries that the sampler picks through the job: a trace each. */
import type { Tracer } from '@opentelemetry/api';
import type { PredictionBatch } from '@windrow/core';
import type { FollowedDelivery, FollowedScore, LiveFollower } from '@windrow/pipeline';
import { DeliveryTrace, type TraceClock } from './delivery-trace.ts';

/** Deliveries that are followed at a time: of more, the oldest is given up, such as one whose model failed. */
const OPEN_MAX = 32;

export interface DeliveryTracesParts {
  readonly tracer: Tracer;
  readonly clock: TraceClock;
  /** How many sinks there are. */
  readonly sinks: number;
}

export class DeliveryTraces implements LiveFollower {
  readonly #parts: DeliveryTracesParts;
  #open: DeliveryTrace[] = [];
  /** That of the delivery whose turn it is. */
  #current: DeliveryTrace | null = null;

  constructor(parts: DeliveryTracesParts) {
    this.#parts = parts;
  }

  get isFollowing(): boolean {
    return this.#open.length > 0;
  }

  arrived(delivery: FollowedDelivery): void {
    const trace = DeliveryTrace.begin(delivery, this.#parts);
    if (trace === null) return;
    if (this.#open.length === OPEN_MAX) this.#open[0]!.abandon();
    this.#open.push(trace);
    this.#forgetEnded();
  }

  begun(delivery: FollowedDelivery): void {
    this.#current = this.#open.find((trace) => trace.isOf(delivery)) ?? null;
    this.#current?.begun();
  }

  judged(outputMetricId: string, windowEndMs: number): void {
    this.#current?.judged(keyOf(outputMetricId, windowEndMs));
  }

  worked(): void {
    this.#current?.worked();
    this.#current = null;
    this.#forgetEnded();
  }

  scored(score: FollowedScore): void {
    const window = keyOf(score.outputMetricId, score.windowEndMs);
    for (const trace of this.#open) trace.scored(window, score);
  }

  committed(sizeBytes: number, elapsedMs: number): void {
    for (const trace of this.#open) trace.committed(sizeBytes, elapsedMs);
  }

  publishing(sink: string, batch: PredictionBatch): (error: string | null) => void {
    const windows = Array.from({ length: batch.length }, (_, i) => {
      const { outputMetricId } = batch.definitions[batch.definitionIndex[i]!]!;
      return keyOf(outputMetricId, batch.windowEndsMs[i]!);
    });
    const told = this.#open.map((trace) => trace.publishing(sink, windows));
    return (error) => {
      for (const tell of told) tell?.(error);
      this.#forgetEnded();
    };
  }

  /** The job has ended. */
  close(): void {
    for (const trace of this.#open) trace.abandon();
    this.#forgetEnded();
  }

  #forgetEnded(): void {
    this.#open = this.#open.filter(({ hasEnded }) => !hasEnded);
  }
}

function keyOf(outputMetricId: string, windowEndMs: number): string {
  return `${outputMetricId} ${windowEndMs}`;
}
