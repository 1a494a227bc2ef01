/** The last step of a plan: how the tensors of each window reach its model. */
import { windowCells } from '@windrow/core';
import { chooseDeliveries, type Delivery, type DeliveryRule } from '../delivery.ts';
import type { LinePlan, WindowPlan, WindowTarget } from '../plan.ts';

/** A window that is planned but for the way of its tensors. */
export type Undelivered = Omit<WindowPlan, 'delivery'>;

export type UndeliveredLine = Omit<LinePlan, 'windows'> & {
  readonly windows: readonly Undelivered[];
};

/** Chooses for every window of every line, ring by ring. */
export function withDeliveries(
  targets: readonly WindowTarget[],
  lines: readonly UndeliveredLine[],
  rule: DeliveryRule,
): LinePlan[] {
  const alike = countAlike(targets);
  return lines.map((line) => {
    const deliveries: Delivery[] = [];
    for (const [r, ring] of line.rings.entries()) {
      const own = [...line.windows.keys()].filter((w) => line.windows[w]!.ring === r);
      const cases = own.map((w) => ({
        ...line.windows[w]!,
        alike: alike.get(shapeOf(line.windows[w]!))!,
      }));
      const longest = Math.max(...cases.map(({ cells, lookbackCells }) => cells + lookbackCells));
      const chosen = chooseDeliveries(cases, longest * ring.tracks.length, rule);
      for (const [i, w] of own.entries()) deliveries[w] = chosen[i]!;
    }
    const windows = line.windows.map((window, w) => ({ ...window, delivery: deliveries[w]! }));
    return { ...line, windows };
  });
}

/** What windows have in common that can go into the same run. */
function shapeOf({ definition, dtype }: WindowTarget): string {
  const { modelIdentifier, modelVersion, layout, inputMetricIds } = definition;
  const cells = windowCells(definition);
  return JSON.stringify([
    modelIdentifier,
    modelVersion,
    layout,
    inputMetricIds.length,
    cells,
    dtype,
  ]);
}

function countAlike(targets: readonly WindowTarget[]): ReadonlyMap<string, number> {
  const alike = new Map<string, number>();
  for (const target of targets) {
    const shape = shapeOf(target);
    alike.set(shape, (alike.get(shape) ?? 0) + 1);
  }
  return alike;
}
