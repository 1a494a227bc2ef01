import { runCommand } from '@windrow/cli';
import { codec } from './codec.ts';
import { spec } from './command.ts';

await runCommand(spec, codec);
