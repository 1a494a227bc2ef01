/** Lines that are windowed together: groups of targets whose cells fit in a budget. Pure. */
import { lookbackCells, windowCells, type Definition } from '@windrow/core';

const CELL_BYTES = 12;

/** Bytes of cells that a definition's windows need at least. */
function stateBytes(definition: Definition): number {
  const cells = windowCells(definition) + lookbackCells(definition);
  return definition.inputMetricIds.length * cells * CELL_BYTES;
}

/**
 * Targets by line, lines in the order of their first definition, as few groups as the budget allows; each target is in one.
 * @param bytesMax a group of one line may have more
 */
export function groupLines(definitions: readonly Definition[], bytesMax: number): number[][] {
  const groups: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const targets of linesOf(definitions)) {
    const own = targets.reduce((sum, target) => sum + stateBytes(definitions[target]!), 0);
    if (bytes + own > bytesMax) {
      groups.push([]);
      bytes = 0;
    }
    bytes += own;
    groups.at(-1)!.push(...targets);
  }
  return groups.map((group) => group.toSorted((a, b) => a - b));
}

/** The lines of one shard of several, by the same measure: neighbours stay together. */
export function linesOfShard(
  definitions: readonly Definition[],
  { index, count }: { readonly index: number; readonly count: number },
): number[] {
  const lines = linesOf(definitions);
  const all = definitions.reduce((sum, definition) => sum + stateBytes(definition), 0);
  const own: number[] = [];
  let before = 0;
  for (const targets of lines) {
    const bytes = targets.reduce((sum, target) => sum + stateBytes(definitions[target]!), 0);
    // By where its middle lies, so that each line is in one shard.
    if (Math.min(count - 1, Math.floor(((before + bytes / 2) / all) * count)) === index) {
      own.push(...targets);
    }
    before += bytes;
  }
  return own.toSorted((a, b) => a - b);
}

function linesOf(definitions: readonly Definition[]): number[][] {
  const byLine = new Map<string, number[]>();
  for (const [target, { lineId }] of definitions.entries()) {
    const known = byLine.get(lineId);
    if (known === undefined) byLine.set(lineId, [target]);
    else known.push(target);
  }
  return [...byLine.values()];
}
