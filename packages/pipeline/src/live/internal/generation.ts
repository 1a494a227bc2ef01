/** Definitions as they were in use for a while, with what the windows need to know of their models. Stored once; everything else names it. */
import type { Definition } from '@windrow/core';
import type { WindowTarget } from '@windrow/windowing';
import type { ByteCursor } from './byte-cursor.ts';
import { openBlob, sealBlob } from './sealed-blob.ts';

export interface Generation {
  /** Of its blob. */
  readonly name: string;
  readonly targets: readonly WindowTarget[];
}

export function encodeGeneration(targets: readonly WindowTarget[]): Uint8Array {
  const plain = targets.map(({ definition, dtype }) => ({ definition, dtype }));
  return sealBlob({ targets: plain }, new Uint8Array(0));
}

/** @throws WindrowError FORMAT where the bytes are damaged */
export function decodeGeneration(name: string, bytes: Uint8Array): Generation {
  const { head, body } = openBlob(name, bytes);
  expectEnd(body);
  return { name, ...(head as { readonly targets: readonly WindowTarget[] }) };
}

export function expectEnd(body: ByteCursor): void {
  if (body.left > 0) throw body.fault(`${body.left} bytes too many`);
}

export function definitionsOf(targets: readonly WindowTarget[]): readonly Definition[] {
  return targets.map(({ definition }) => definition);
}

/** What makes two targets the same to the windows: equal text. */
export function keyOfTarget({ definition, dtype }: WindowTarget): string {
  return JSON.stringify([definition, dtype]);
}

export function sameTargets(a: readonly WindowTarget[], b: readonly WindowTarget[]): boolean {
  return (
    a.length === b.length && a.every((target, i) => keyOfTarget(target) === keyOfTarget(b[i]!))
  );
}

/** For each of `from` the index of the same target in `to`, or -1. */
export function indexesIn(
  from: readonly WindowTarget[],
  to: readonly WindowTarget[],
): readonly number[] {
  const at = new Map(to.map((target, i) => [keyOfTarget(target), i]));
  return from.map((target) => at.get(keyOfTarget(target)) ?? -1);
}
