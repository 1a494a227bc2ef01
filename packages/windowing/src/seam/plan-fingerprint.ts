/** A number that two processes have in common exactly if they planned a line alike. */
import { crc32 } from 'node:zlib';
import type { MetricDictionary } from '@windrow/core';
import type { LinePlan } from '../plan.ts';

/** CRC32 of the line's plan with ids for slots, which may differ from process to process. */
export function planFingerprint(plan: LinePlan, dictionary: MetricDictionary): number {
  const rings = plan.rings.map(({ resolutionMs, tracks }) => ({
    resolutionMs,
    tracks: tracks.map(({ slot, aggregate, panes }) => [dictionary.text(slot), aggregate, panes]),
  }));
  const windows = plan.windows.map(({ definition, ring, tracks }) => ({
    definition,
    ring,
    tracks: [...tracks],
  }));
  return crc32(JSON.stringify({ lineId: plan.lineId, rings, windows }));
}
