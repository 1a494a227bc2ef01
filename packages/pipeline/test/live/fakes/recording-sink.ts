/** Sinks that remember what they were given, over many worlds; a name with two values is remembered too. */
import type { DeadLetter, LiveSink, LiveStatus, PredictionBatch } from '@windrow/core';
import type { World } from './world.ts';

/** What the outside holds. */
export class Published {
  /** `metric,window end,revision` to value. */
  readonly values: Map<string, number> = new Map();
  /** Names that came with another value than before. */
  readonly contradictions: string[] = [];
  /** How often something was published, and how often it was there already. */
  published = 0;
  again = 0;

  take(batch: PredictionBatch): void {
    for (let i = 0; i < batch.length; i++) {
      const { outputMetricId } = batch.definitions[batch.definitionIndex[i]!]!;
      const name = `${outputMetricId},${batch.windowEndsMs[i]!},${batch.revisions[i]!}`;
      const value = batch.values[i]!;
      const before = this.values.get(name);
      this.published++;
      if (before !== undefined) this.again++;
      if (before !== undefined && before !== value) {
        this.contradictions.push(`${name}: ${before}, then ${value}`);
      }
      this.values.set(name, value);
    }
  }

  /** The value of the last revision of each window. */
  last(): Map<string, number> {
    const last = new Map<string, { readonly revision: number; readonly value: number }>();
    for (const [name, value] of this.values) {
      const comma = name.lastIndexOf(',');
      const window = name.slice(0, comma);
      const revision = Number(name.slice(comma + 1));
      const known = last.get(window);
      if (known === undefined || known.revision < revision) last.set(window, { revision, value });
    }
    return new Map([...last].map(([window, { value }]) => [window, value]));
  }
}

export class RecordingSink implements LiveSink<PredictionBatch> {
  readonly uri: string;
  readonly outside: Published;
  /** Batches that fail before one works; what they are told. */
  failures = 0;
  error: () => Error = () => new Error('the sink is down');
  /** Predictions that are refused for good, by window end; null: none. */
  refuses: ((batch: PredictionBatch) => Error | null) | null = null;
  closed = 0;
  /** Whether the job said that it goes on later. */
  isHeld = false;
  readonly #world: World;

  constructor(world: World, outside: Published, uri: string = 'memory:sink') {
    this.#world = world;
    this.outside = outside;
    this.uri = uri;
  }

  async publish(batch: PredictionBatch): Promise<void> {
    await this.#world.step();
    if (this.failures > 0) {
      this.failures--;
      throw this.error();
    }
    const refusal = this.refuses?.(batch) ?? null;
    if (refusal !== null) throw refusal;
    this.outside.take(batch);
    await this.#world.step();
  }

  status(): LiveStatus {
    return { uri: this.uri, state: 'ready', error: null, counters: {} };
  }

  hold(): void {
    this.isHeld = true;
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

export class RecordingLetters implements LiveSink<readonly DeadLetter[]> {
  readonly uri: string = 'memory:letters';
  readonly letters: DeadLetter[];
  failures = 0;
  readonly #world: World;

  constructor(world: World, letters: DeadLetter[] = []) {
    this.#world = world;
    this.letters = letters;
  }

  async publish(letters: readonly DeadLetter[]): Promise<void> {
    await this.#world.step();
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the sink of dead letters is down');
    }
    this.letters.push(...letters);
    await this.#world.step();
  }

  status(): LiveStatus {
    return { uri: this.uri, state: 'ready', error: null, counters: {} };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
