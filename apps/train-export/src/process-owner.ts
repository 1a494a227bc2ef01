/** This process as the owner of a folder under construction. */
import {
  hasEnded,
  hostSystem,
  ownIdentity,
  parseProcessName,
  processName,
  type ProcessSystem,
} from '@windrow/io';
import type { RunOwner } from '@windrow/training';

/** @param system where processes are looked for; that of this one, but in tests */
export function processOwner(system: ProcessSystem = hostSystem): RunOwner {
  return {
    name: processName(ownIdentity(system)),
    hasEnded: (name) => {
      const other = parseProcessName(name);
      return other === null ? null : hasEnded(other, system);
    },
  };
}
