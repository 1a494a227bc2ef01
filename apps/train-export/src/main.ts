import { runCommand } from '@windrow/cli';
import { spec } from './export-command.ts';
import { trainExport } from './train-export.ts';

await runCommand(spec, trainExport);
