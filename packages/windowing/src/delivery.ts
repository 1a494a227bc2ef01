/**
 * How a definition's tensors reach its model. Pure; part of the plan.
 *
 * - `gather`: the window is copied into a row of a batch, and one run scores many windows. A copy costs its C * T numbers.
 * - `view`: the tensor lies ready in a buffer of its own, in which a step changes the new cells only (`CrawlingTensor`), and the
 *   model reads it where it is. A run scores one window.
 *
 * A run has a price of its own, which windows that are due together share; so views are for windows that are large and alone.
 */
import type { Definition } from '@windrow/core';

export interface Delivery {
  readonly kind: 'gather' | 'view';
  /** Why, in words. */
  readonly reason: string;
}

/** One definition's windows. */
export interface DeliveryCase {
  readonly definition: Definition;
  readonly dtype: 'float64' | 'float32';
  /** T. */
  readonly cells: number;
  /** How many definitions have windows of this shape for the same model: they are due together, and share runs. */
  readonly alike: number;
}

/** Measured on the machine of docs/WINDOWING.md: copying a number, and what a run takes whatever it scores. */
const COPY_NS = 0.4;
const RUN_NS = 10_000;
/** What a window must save to be lent: where a backlog is worked off its definition's windows could have shared runs. */
const SAVED_NS_MIN = 5000;

/** Numbers that a channel-major window can crawl before it is moved back, in rows. */
const SLACK_ROWS = 2;
/** Views may take as much memory as the cells that they are made of, and this much more; the largest is always allowed. */
const BUDGET = 1.125;

/**
 * By what it is chosen: `one_by_one` by cost, where windows become due as their lines' samples come; `by_the_hundred`, as in a
 * backfill, everything is gathered; `view` takes views wherever they are possible.
 */
export type DeliveryRule = 'one_by_one' | 'by_the_hundred' | 'view';

/**
 * Chooses for the windows of one ring.
 * @param cellsOfRing cells of all tracks that the windows need: the measure of what views may take
 */
export function chooseDeliveries(
  windows: readonly DeliveryCase[],
  cellsOfRing: number,
  rule: DeliveryRule,
): Delivery[] {
  if (rule === 'by_the_hundred') {
    const reason = 'windows come by the hundred, and share runs';
    return windows.map(() => ({ kind: 'gather', reason }));
  }
  if (rule === 'view') return windows.map((window) => obstacleOf(window) ?? WANTED);
  const chosen = windows.map(chooseAlone);
  const views = chosen
    .flatMap(({ kind }, w) => (kind === 'view' ? [w] : []))
    .toSorted((a, b) => viewBytes(windows[b]!) - viewBytes(windows[a]!));
  let left = Math.max(
    views.length > 0 ? viewBytes(windows[views[0]!]!) : 0,
    cellsOfRing * 8 * BUDGET,
  );
  for (const w of views) {
    const bytes = viewBytes(windows[w]!);
    if (bytes <= left) left -= bytes;
    else chosen[w] = { kind: 'gather', reason: 'views of the line take enough memory already' };
  }
  return chosen;
}

const WANTED: Delivery = { kind: 'view', reason: 'views are asked for' };

/** Infinite cells, which only sums can be, make interpolated ones that cannot be told from missing ones. */
function obstacleOf({ definition }: DeliveryCase): Delivery | null {
  const { aggregate, fill } = definition;
  if (fill.method !== 'linear' || (aggregate !== 'sum' && aggregate !== 'mean')) return null;
  return { kind: 'gather', reason: 'sums may overflow, which step by step cannot be interpolated' };
}

function chooseAlone(window: DeliveryCase): Delivery {
  const obstacle = obstacleOf(window);
  if (obstacle !== null) return obstacle;
  const { definition, cells, alike } = window;
  const numbers = definition.inputMetricIds.length * cells;
  const stepCells = definition.stepMs / definition.resolutionMs;
  if (2 * stepCells > cells) return { kind: 'gather', reason: 'a step is most of the window' };
  const copyNs = Math.round(numbers * COPY_NS);
  const sharedNs = Math.round(RUN_NS * (1 - 1 / alike));
  const reason = `copying ${numbers} numbers takes about ${copyNs} ns, a run that is not shared with others (${alike} alike) ${sharedNs} ns more`;
  return { kind: copyNs - sharedNs > SAVED_NS_MIN ? 'view' : 'gather', reason };
}

/** Numbers that the buffer of a view has beyond its tensor, for the window to crawl into. */
export function slackNumbers(definition: Definition, cells: number): number {
  return definition.layout === 'time_major'
    ? cells * definition.inputMetricIds.length
    : cells * SLACK_ROWS;
}

function viewBytes({ definition, dtype, cells }: DeliveryCase): number {
  const numbers = cells * definition.inputMetricIds.length + slackNumbers(definition, cells);
  return numbers * (dtype === 'float64' ? 8 : 4);
}
