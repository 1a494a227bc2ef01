/**
 * A subscription of the fake: what waits, what is leased, what was acknowledged.
 *
 *     waiting -> leased (an ack id, a deadline) -> acknowledged
 *        ^___________ deadline over, nack ________|
 */
import type { PubSubFaults } from './faults.ts';

/** As the protocol has it. */
export interface FakeMessage {
  readonly data: Buffer;
  readonly attributes: Record<string, string>;
  readonly messageId: string;
  readonly orderingKey: string;
}

interface Lease {
  readonly message: FakeMessage;
  readonly ackId: string;
  deadlineMs: number;
  /** The stream it went to, which is asked for room again when it ends. */
  readonly stream: FakeStream | null;
  isOver: boolean;
}

/** A stream that takes messages. */
export interface FakeStream {
  readonly leaseMs: number;
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Nothing is sent on it any more, but it stays open. */
  isSilent: boolean;
  sent: number;
  outstanding: number;
  outstandingBytes: number;
  send(messages: readonly { message: FakeMessage; ackId: string; deliveryAttempt: number }[]): void;
  fail(): void;
}

export type AckOutcome = 'done' | 'invalid' | 'transient';

const RESPONSE_MESSAGES_MAX = 1000;

export class FakeSubscription {
  readonly name: string;
  readonly topic: string;
  readonly isExactlyOnce: boolean;
  /** Ids of acknowledged messages, in order. */
  readonly acknowledged: string[] = [];
  /** How often each message was delivered, by id. */
  readonly deliveries: Map<string, number> = new Map();
  nacks = 0;
  readonly #faults: PubSubFaults;
  readonly #random: () => number;
  readonly #secondMs: number;
  readonly #streams: Set<FakeStream> = new Set();
  #waiting: FakeMessage[] = [];
  #leases: Map<string, Lease> = new Map();
  readonly #done: Set<string> = new Set();
  #lastAck = 0;
  /** How often the first that waits was not the next. */
  #passedOver = 0;

  constructor(
    names: { name: string; topic: string; isExactlyOnce: boolean },
    faults: PubSubFaults,
    random: () => number,
    secondMs: number,
  ) {
    this.name = names.name;
    this.topic = names.topic;
    this.isExactlyOnce = names.isExactlyOnce;
    this.#faults = faults;
    this.#random = random;
    this.#secondMs = secondMs;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Messages that are not acknowledged. */
  get backlog(): number {
    return this.#waiting.length + this.leased;
  }

  /** Messages that somebody holds. */
  get leased(): number {
    let count = 0;
    for (const lease of this.#leases.values()) count += lease.isOver ? 0 : 1;
    return count;
  }

  add(message: FakeMessage): void {
    this.#waiting.push(message);
  }

  open(stream: FakeStream): void {
    this.#streams.add(stream);
    this.pump();
  }

  shut(stream: FakeStream): void {
    this.#streams.delete(stream);
  }

  /** The streams that are open stay so, and nothing comes on them; a new one works. */
  silence(): void {
    for (const stream of this.#streams) stream.isSilent = true;
  }

  /** All streams end with UNAVAILABLE. */
  breakStreams(): void {
    for (const stream of [...this.#streams]) stream.fail();
  }

  /** Sends what waits to the streams that have room. */
  pump(): void {
    for (const stream of [...this.#streams]) {
      while (this.#waiting.length > 0 && this.#streams.has(stream) && this.#fill(stream));
    }
  }

  pull(maxMessages: number, leaseMs: number): { message: FakeMessage; ackId: string }[] {
    const taken: { message: FakeMessage; ackId: string }[] = [];
    while (taken.length < maxMessages && this.#waiting.length > 0) {
      taken.push(this.#lease(this.#next(), leaseMs, null));
    }
    return taken;
  }

  acknowledge(ackId: string): AckOutcome {
    const lease = this.#leases.get(ackId);
    const isLate = lease === undefined || lease.isOver || this.#random() < this.#faults.expiredAcks;
    if (isLate) return this.isExactlyOnce ? 'invalid' : 'done';
    if (this.isExactlyOnce && this.#random() < this.#faults.transientAcks) return 'transient';
    this.#end(lease);
    if (!this.#done.has(lease.message.messageId)) {
      this.#done.add(lease.message.messageId);
      this.acknowledged.push(lease.message.messageId);
    }
    return 'done';
  }

  /** @returns false where the lease is over */
  setDeadline(ackId: string, seconds: number): boolean {
    const lease = this.#leases.get(ackId);
    if (lease === undefined || lease.isOver) return false;
    if (seconds > 0) {
      lease.deadlineMs = performance.now() + seconds * this.#secondMs;
      return true;
    }
    this.nacks++;
    this.#end(lease);
    this.#waiting.push(lease.message);
    return true;
  }

  /** Takes back what was held for too long, or everything, as if time had passed. */
  expire(isAll = false): void {
    const nowMs = isAll ? Number.POSITIVE_INFINITY : performance.now();
    const again: FakeMessage[] = [];
    for (const lease of this.#leases.values()) {
      if (lease.isOver || lease.deadlineMs > nowMs) continue;
      this.#end(lease);
      if (!this.#done.has(lease.message.messageId)) again.push(lease.message);
    }
    // The oldest first, as far as there is an order.
    if (again.length > 0) this.#waiting = [...again, ...this.#waiting];
    this.pump();
  }

  #fill(stream: FakeStream): boolean {
    if (stream.isSilent) return false;
    const room = stream.maxMessages - stream.outstanding;
    if (room <= 0 || stream.outstandingBytes >= stream.maxBytes) return false;
    let excess = this.#faults.excess;
    const breakAt = this.#faults.breakAfterMessages;
    const toBreak = breakAt === 0 ? Number.POSITIVE_INFINITY : breakAt - (stream.sent % breakAt);
    const most = Math.min(RESPONSE_MESSAGES_MAX, room + excess, toBreak);
    const response: { message: FakeMessage; ackId: string; deliveryAttempt: number }[] = [];
    while (response.length < most && this.#waiting.length > 0) {
      if (stream.outstandingBytes >= stream.maxBytes && excess-- <= 0) break;
      const message = this.#next();
      response.push({ ...this.#lease(message, stream.leaseMs, stream), deliveryAttempt: 0 });
      if (!this.isExactlyOnce && this.#random() < this.#faults.duplicates) {
        response.push({ ...this.#lease(message, stream.leaseMs, stream), deliveryAttempt: 0 });
      }
    }
    if (response.length === 0) return false;
    stream.sent += response.length;
    stream.send(response);
    if (breakAt > 0 && stream.sent % breakAt === 0) stream.fail();
    return true;
  }

  #next(): FakeMessage {
    const window = Math.min(this.#faults.disorder, this.#waiting.length);
    // None is passed over for ever.
    const isDue = window <= 1 || this.#passedOver >= 2 * window;
    const index = isDue ? 0 : Math.floor(this.#random() * window);
    this.#passedOver = index === 0 ? 0 : this.#passedOver + 1;
    const message = this.#waiting[index]!;
    if (index === 0) this.#waiting.shift();
    else this.#waiting.splice(index, 1);
    return message;
  }

  #lease(message: FakeMessage, leaseMs: number, stream: FakeStream | null): Lease {
    const ackId = `${this.name}/${message.messageId}/${++this.#lastAck}`;
    const deadlineMs = performance.now() + leaseMs;
    const lease = { message, ackId, deadlineMs, stream, isOver: false };
    this.#leases.set(ackId, lease);
    this.deliveries.set(message.messageId, (this.deliveries.get(message.messageId) ?? 0) + 1);
    if (stream !== null) {
      stream.outstanding++;
      stream.outstandingBytes += message.data.length;
    }
    return lease;
  }

  #end(lease: Lease): void {
    lease.isOver = true;
    this.#leases.delete(lease.ackId);
    if (lease.stream === null) return;
    lease.stream.outstanding--;
    lease.stream.outstandingBytes -= lease.message.data.length;
  }
}
