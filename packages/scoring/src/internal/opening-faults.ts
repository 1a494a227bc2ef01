/** What is wrong with models that are opened, by model and version as the definitions ask for it. */
import { WindrowError, type Definition } from '@windrow/core';
import { nameOf } from '../check-model.ts';
import type { ModelSlot } from './model-slot.ts';

const FAULTS_SHOWN = 50;

type Asked = Pick<ModelSlot, 'identifier' | 'asked' | 'definitions'>;

/** A model that cannot be loaded and who wants it, or definitions that do not fit it. */
export class ModelFaults {
  #broken: { readonly message: string; readonly first: Definition; others: number } | null = null;
  readonly #unfit: string[] = [];

  broken(message: string, [first, ...others]: readonly Definition[]): void {
    this.#broken = { message, first: first!, others: others.length };
  }

  /** Whether it could not be loaded; these definitions want it too. */
  countBroken(definitions: readonly Definition[]): boolean {
    if (this.#broken === null) return false;
    this.#broken.others += definitions.length;
    return true;
  }

  unfit(message: string): void {
    this.#unfit.push(...message.split('\n'));
  }

  get isBroken(): boolean {
    return this.#broken !== null;
  }

  lines(): readonly string[] {
    if (this.#broken === null) return this.#unfit;
    const { message, first, others } = this.#broken;
    const more = others === 0 ? '' : ` and ${others} more`;
    return [`${message}; needed by definition ${nameOf(first)}${more}`, ...this.#unfit];
  }
}

export class OpeningFaults {
  readonly #faults: Map<string, ModelFaults> = new Map();

  /** null where nothing is wrong. */
  of(identifier: string, asked: number | null): ModelFaults | null {
    return this.#faults.get(keyOf(identifier, asked)) ?? null;
  }

  forget(identifier: string, asked: number | null): void {
    this.#faults.delete(keyOf(identifier, asked));
  }

  put(identifier: string, asked: number | null, faults: ModelFaults): void {
    this.#faults.set(keyOf(identifier, asked), faults);
  }

  /** Whether the model of a slot could not be loaded before; its definitions are counted then. */
  countBroken({ identifier, asked, definitions }: Asked): boolean {
    return this.of(identifier, asked)?.countBroken(definitions) ?? false;
  }

  broken(slot: Asked, message: string): void {
    this.#at(slot).broken(message, slot.definitions);
  }

  unfit(slot: Asked, message: string): void {
    this.#at(slot).unfit(message);
  }

  #at({ identifier, asked }: Asked): ModelFaults {
    const known = this.of(identifier, asked) ?? new ModelFaults();
    this.put(identifier, asked, known);
    return known;
  }

  /** @throws WindrowError MODEL with a line for each model that cannot be loaded, then for each definition that does not fit */
  throwAny(): void {
    const all = [...this.#faults.values()];
    const lines = [
      ...all.filter((faults) => faults.isBroken),
      ...all.filter((faults) => !faults.isBroken),
    ].flatMap((faults) => faults.lines());
    if (lines.length === 0) return;
    const shown = lines.slice(0, FAULTS_SHOWN);
    if (lines.length > shown.length) shown.push(`... and ${lines.length - shown.length} more`);
    throw new WindrowError('MODEL', shown.join('\n'));
  }
}

function keyOf(identifier: string, asked: number | null): string {
  return `${identifier}/${asked ?? 'newest'}`;
}
