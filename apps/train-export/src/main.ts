import { runCommand } from '@windrow/cli';
import { spec } from './command.ts';
import { trainExport } from './train-export.ts';

await runCommand(spec, trainExport);
