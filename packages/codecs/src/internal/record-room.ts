/**
 * Room for some records and their columns in the kernels' memory, and the ids of one dictionary, which are copied once: ids keep their
 * slots.
 */
import type { MetricDictionary } from '@windrow/core';
import { RECORD_BYTES } from '../record-layout.ts';
import { byteScratch, floatScratch, intScratch } from './scratch.ts';

/** Records at a time: few enough to stay near the processor. */
export const RECORDS_AT_ONCE = 1024;
/** Ids that there is room for. */
export const RECORD_IDS_MAX = 65_536;

const ID_BYTES = 16;

export const recordBytes: Uint8Array = byteScratch(RECORDS_AT_ONCE * RECORD_BYTES);
export const recordSlots: Int32Array = intScratch(RECORDS_AT_ONCE);
export const recordTimestamps: Float64Array = floatScratch(RECORDS_AT_ONCE);
export const recordValues: Float64Array = floatScratch(RECORDS_AT_ONCE);
export const recordIds: Uint8Array = byteScratch(RECORD_IDS_MAX * ID_BYTES);

/** Whose ids are there, and how many. */
let owner: WeakRef<MetricDictionary> | null = null;
let copied = 0;

/** Makes `recordIds` those of the dictionary, which has at most RECORD_IDS_MAX. */
export function copyIds(dictionary: MetricDictionary): void {
  if (owner?.deref() !== dictionary) {
    owner = new WeakRef(dictionary);
    copied = 0;
  }
  const { size } = dictionary;
  if (copied < size) {
    recordIds.set(dictionary.bytes().subarray(copied * ID_BYTES), copied * ID_BYTES);
    copied = size;
  }
}
