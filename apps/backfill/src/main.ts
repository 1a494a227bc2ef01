import { runCommand } from '@windrow/cli';
import { backfill } from './backfill.ts';
import { spec } from './command.ts';

await runCommand(spec, backfill);
