import { runCommand } from '@windrow/cli';
import { spec } from './export-command.ts';
import { score, scoreSpec } from './score.ts';
import { trainExport } from './train-export.ts';
import { verify, verifySpec } from './verify.ts';

// The first word chooses the command; without one it is the export.
const [, , word] = process.argv;
if (word === 'verify' || word === 'score') process.argv.splice(2, 1);
if (word === 'verify') await runCommand(verifySpec, verify);
else if (word === 'score') await runCommand(scoreSpec, score);
else await runCommand(spec, trainExport);
