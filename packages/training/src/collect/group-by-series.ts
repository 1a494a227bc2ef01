/** Which targets are read together where the samples of a metric are: each metric is read for one group only. Pure. */

/**
 * Targets that share a metric stand in one group; groups are filled up to `seriesMax` metrics, which only one that must not be
 * split may exceed.
 * @param inputs by target: its metrics
 * @returns numbers of targets, ascending in each group
 */
export function groupBySeries(
  inputs: readonly (readonly string[])[],
  seriesMax: number,
): number[][] {
  const groups: number[][] = [];
  let series = 0;
  for (const targets of sharing(inputs)) {
    const own = new Set(targets.flatMap((target) => inputs[target]!)).size;
    const last = groups.at(-1);
    if (last === undefined || series + own > seriesMax) {
      groups.push([...targets]);
      series = own;
    } else {
      last.push(...targets);
      series += own;
    }
  }
  return groups.map((group) => group.toSorted((a, b) => a - b));
}

/** Sets of targets that have metrics in common, directly or by others, in the order of their first targets. */
function sharing(inputs: readonly (readonly string[])[]): number[][] {
  const parents = inputs.map((_, target) => target);
  const rootOf = (target: number): number => {
    let root = target;
    while (parents[root] !== root) root = parents[root]!;
    parents[target] = root;
    return root;
  };
  const firstOf = new Map<string, number>();
  for (const [target, ids] of inputs.entries()) {
    for (const id of ids) {
      const first = firstOf.get(id);
      if (first === undefined) firstOf.set(id, target);
      else {
        const [a, b] = [rootOf(first), rootOf(target)];
        parents[Math.max(a, b)] = Math.min(a, b);
      }
    }
  }
  const sets = Map.groupBy(inputs.keys(), rootOf);
  return [...sets.values()];
}
