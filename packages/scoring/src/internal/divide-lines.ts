/** Lines to lanes, so that each lane has about the same to do. */
import { windowCells, type Definition } from '@windrow/core';

/**
 * The lane of each line: lines in descending order of what they cost (elements of tensors for each ms of time), each to the lane that has
 * least so far; of several the first, so that the same definitions are always divided alike.
 * @param before lanes of lines that stay where they are
 */
export function divideLines(
  definitions: readonly Definition[],
  lanes: number,
  before: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const costs = new Map<string, number>();
  for (const definition of definitions) {
    const { lineId, inputMetricIds, stepMs } = definition;
    const cost = (inputMetricIds.length * windowCells(definition)) / stepMs;
    costs.set(lineId, (costs.get(lineId) ?? 0) + cost);
  }
  const loads = new Float64Array(lanes);
  const laneOf = new Map<string, number>();
  const place = (lineId: string, cost: number, lane: number): void => {
    loads[lane] = loads[lane]! + cost;
    laneOf.set(lineId, lane);
  };
  const stays = [...costs].filter(([lineId]) => before.has(lineId));
  for (const [lineId, cost] of stays) place(lineId, cost, before.get(lineId)!);
  for (const [lineId, cost] of [...costs].toSorted((a, b) => b[1] - a[1])) {
    if (!laneOf.has(lineId)) place(lineId, cost, loads.indexOf(Math.min(...loads)));
  }
  return laneOf;
}
