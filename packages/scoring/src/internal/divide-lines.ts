/** Lines to lanes, so that each lane has about the same to do. */
import { windowCells, type Definition } from '@windrow/core';

/**
 * The lane of each line: lines in descending order of what they cost (elements of tensors for each ms of time), each to the lane that has
 * least so far; of several the first, so that the same definitions are always divided alike.
 */
export function divideLines(
  definitions: readonly Definition[],
  lanes: number,
): ReadonlyMap<string, number> {
  const costs = new Map<string, number>();
  for (const definition of definitions) {
    const { lineId, inputMetricIds, stepMs } = definition;
    const cost = (inputMetricIds.length * windowCells(definition)) / stepMs;
    costs.set(lineId, (costs.get(lineId) ?? 0) + cost);
  }
  const loads = new Float64Array(lanes);
  const laneOf = new Map<string, number>();
  for (const [lineId, cost] of [...costs].toSorted((a, b) => b[1] - a[1])) {
    const lane = loads.indexOf(Math.min(...loads));
    loads[lane] = loads[lane]! + cost;
    laneOf.set(lineId, lane);
  }
  return laneOf;
}
