/** Which window a label meets. Pure. */
import type { Definition } from '@windrow/core';

/**
 * End of the last window that ended at or before the label's time plus the lag: the greatest multiple of the step that is at
 * most `timestampMs + lagMs`. Whether that window was scored is another question: no earlier one takes its place.
 */
export function labelWindowEnd(
  definition: Pick<Definition, 'stepMs'>,
  timestampMs: number,
  lagMs: number,
): number {
  // + 0 makes -0 a plain zero.
  return Math.floor((timestampMs + lagMs) / definition.stepMs) * definition.stepMs + 0;
}
