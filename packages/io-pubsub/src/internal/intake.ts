/**
 * The messages in hand: received and not yet acknowledged. What waits is handed over in order of arrival, no more of it than
 * the limits allow to be unacknowledged; what comes again meanwhile is known by its id and not handed over twice.
 *
 *     arrive -> waiting -> take, deliver -> delivered -> settle -> being acknowledged -> release -> remembered
 *
 * A message that comes again after it was settled changed what a checkpoint holds: it can be acknowledged at once. So the ids
 * of the last ones are remembered.
 */
import type { Message } from '@windrow/io';

const REMEMBERED_MAX = 65_536;
/** Places of taken messages are given up when there are so many, and more than others. */
const COMPACT_AT = 1024;

/** A message as it came. */
export interface ArrivedMessage extends Message {
  readonly id: string;
  /** Names this delivery of the message to the server. */
  readonly ackId: string;
}

/** A message in hand. */
export interface HeldMessage {
  readonly id: string;
  /** Of the last delivery: with exactly-once delivery the earlier ones are void. */
  ackId: string;
  readonly sizeBytes: number;
  isSettling: boolean;
}

export interface IntakeLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/**
 * - `taken`: it waits;
 * - `redelivered`: it was in hand already;
 * - `settled`: it need not be handled again, and is to be acknowledged at once.
 */
export type Arrival = 'taken' | 'redelivered' | 'settled';

interface Waiting {
  readonly held: HeldMessage;
  readonly message: ArrivedMessage;
}

interface Delivered {
  readonly sequence: number;
  readonly messages: readonly HeldMessage[];
}

export class Intake {
  readonly #limits: IntakeLimits;
  readonly #byId: Map<string, HeldMessage> = new Map();
  /** null where a message was taken. */
  #waiting: (Waiting | null)[] = [];
  #waitingHead = 0;
  /** Taken for the delivery that is being put together. */
  #taken: HeldMessage[] = [];
  readonly #delivered: Delivered[] = [];
  /** Taken, delivered or being acknowledged. */
  #outstanding = 0;
  #outstandingBytes = 0;
  #heldBytes = 0;
  readonly #remembered: Set<string> = new Set();

  constructor(limits: IntakeLimits) {
    this.#limits = limits;
  }

  /** Messages in hand. */
  get size(): number {
    return this.#byId.size;
  }

  get sizeBytes(): number {
    return this.#heldBytes;
  }

  /** Messages handed over and not yet acknowledged. */
  get outstanding(): number {
    return this.#outstanding;
  }

  get outstandingBytes(): number {
    return this.#outstandingBytes;
  }

  /** No more should be received. */
  get isFull(): boolean {
    return this.size >= this.#limits.maxMessages || this.#heldBytes >= this.#limits.maxBytes;
  }

  get isHalfFull(): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return this.size * 2 >= maxMessages || this.#heldBytes * 2 >= maxBytes;
  }

  arrive(message: ArrivedMessage): Arrival {
    const held = this.#byId.get(message.id);
    if (held !== undefined) {
      if (held.isSettling) return 'settled';
      held.ackId = message.ackId;
      return 'redelivered';
    }
    if (this.#remembered.has(message.id)) return 'settled';
    const taken: HeldMessage = {
      id: message.id,
      ackId: message.ackId,
      sizeBytes: message.bytes.length,
      isSettling: false,
    };
    this.#byId.set(message.id, taken);
    this.#heldBytes += taken.sizeBytes;
    this.#waiting.push({ held: taken, message });
    return 'taken';
  }

  /** A message waits, and the limits let it be handed over. A message beyond the limit of bytes is let through alone. */
  get hasNext(): boolean {
    const next = this.#waiting[this.#waitingHead] ?? null;
    if (next === null) return false;
    if (this.#outstanding === 0) return true;
    return (
      this.#outstanding < this.#limits.maxMessages &&
      this.#outstandingBytes + next.held.sizeBytes <= this.#limits.maxBytes
    );
  }

  /** The next message, for the delivery that is being put together; null where none may be handed over. */
  take(): ArrivedMessage | null {
    const next = this.#waiting[this.#waitingHead] ?? null;
    if (next === null || !this.hasNext) return null;
    const { held, message } = next;
    // Its bytes are the decoder's now, and then nobody's.
    this.#waiting[this.#waitingHead++] = null;
    if (this.#waitingHead >= COMPACT_AT && this.#waitingHead * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#waitingHead);
      this.#waitingHead = 0;
    }
    this.#taken.push(held);
    this.#outstanding++;
    this.#outstandingBytes += held.sizeBytes;
    return message;
  }

  /** What was taken since the last time is handed over under this number, which is greater than those before. */
  deliver(sequence: number): void {
    this.#delivered.push({ sequence, messages: this.#taken });
    this.#taken = [];
  }

  /** The messages of all deliveries up to and including `sequence`: from now on, if they come again they are `settled`. */
  settle(sequence: number): HeldMessage[] {
    const settled: HeldMessage[] = [];
    let count = 0;
    while (count < this.#delivered.length && this.#delivered[count]!.sequence <= sequence) {
      for (const held of this.#delivered[count]!.messages) {
        held.isSettling = true;
        settled.push(held);
      }
      count++;
    }
    this.#delivered.splice(0, count);
    return settled;
  }

  /** The server was told of these (or would not listen): they are in hand no longer. */
  release(messages: readonly HeldMessage[]): void {
    for (const held of messages) {
      this.#byId.delete(held.id);
      this.#heldBytes -= held.sizeBytes;
      this.#outstanding--;
      this.#outstandingBytes -= held.sizeBytes;
      this.#remembered.add(held.id);
    }
    for (const id of this.#remembered) {
      if (this.#remembered.size <= REMEMBERED_MAX) break;
      this.#remembered.delete(id);
    }
  }

  /** Of all messages in hand that are not being acknowledged. */
  ackIds(): string[] {
    const ackIds: string[] = [];
    for (const held of this.#byId.values()) {
      if (!held.isSettling) ackIds.push(held.ackId);
    }
    return ackIds;
  }
}
