/**
 * Names of blobs in a checkpoint store. Every start of the job has an epoch, `<number>-<owner>`; of two the greater one (as text) is
 * the later. What an epoch writes bears its name, so that two jobs never write the same blob.
 */
import { WindrowError } from '@windrow/core';

export const EPOCHS = 'epoch/';
export const JOURNAL = 'journal/';
export const CHECKPOINTS = 'checkpoint/';
export const PARTS = 'part/';
export const GENERATIONS = 'definitions/';

const OWNER = /^[a-z0-9]{1,64}$/;

export function epochName(number: number, owner: string): string {
  if (!OWNER.test(owner)) {
    throw new WindrowError(
      'USAGE',
      `checkpoint: found the owner ${JSON.stringify(owner)}, expected 1 to 64 lower-case letters and digits`,
    );
  }
  return `${digits(number, 8)}-${owner}`;
}

export function epochNumber(epoch: string): number {
  return Number(epoch.slice(0, 8));
}

/** The n-th blob of a kind in an epoch. */
export function blobName(kind: string, epoch: string, number: number): string {
  return `${kind}${epoch}-${digits(number, 12)}`;
}

function digits(number: number, count: number): string {
  return String(number).padStart(count, '0');
}
