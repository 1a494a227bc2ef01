/** What a live job that came to its end reports. */
import { definitionCounts, type DefinitionCounts } from '../../job.ts';
import type { LiveReport } from '../live-job-status.ts';
import { definitionsOf } from './generation.ts';
import type { LiveMachine } from './live-machine.ts';

export function countsOf({ core }: LiveMachine): DefinitionCounts[] {
  const definitions = definitionsOf(core.generation.targets);
  return definitionCounts(definitions, core.engine.windows(), core.ledger.tally);
}

export function reportOf(
  machine: LiveMachine,
  outcome: LiveReport['outcome'],
  drained: boolean,
): LiveReport {
  const { core, letters, phases } = machine;
  return {
    outcome,
    drained,
    samples: core.samples(),
    definitions: countsOf(machine),
    predictions: core.outbox.made,
    deadLetters: letters.shown,
    phasesMs: phases.spentMs(),
    later: { put: 0, spilled: 0 },
    stateBytes: core.engine.sizeBytes,
  };
}
