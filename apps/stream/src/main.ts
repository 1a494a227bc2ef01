import { runCommand } from '@windrow/cli';
import { spec } from './command.ts';
import { stream } from './stream.ts';

await runCommand(spec, stream);
