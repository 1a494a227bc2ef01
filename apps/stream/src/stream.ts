/** From the command line to what is to be done. */
import { WindrowError, found } from '@windrow/core';
import type { CommandContext, OptionSpecs } from '@windrow/cli';
import { dryRun } from './check/dry-run.ts';
import { explainStream } from './check/explain.ts';
import { validate } from './check/validate.ts';
import { SUBCOMMANDS, type Subcommand } from './command.ts';
import { configSchema } from './config/json-schema.ts';
import { readConfig } from './config/read-config.ts';
import { settle, type Settings } from './config/settings.ts';
import { Logger } from './log/logger.ts';
import type { Outside } from './open/outside.ts';
import { sourceKind } from './open/source-kinds.ts';
import { options } from './options.ts';
import { runStream } from './run/run-stream.ts';

/** @returns the exit code */
export async function stream({
  options: given,
  operands,
  terminal,
  signal,
}: CommandContext<OptionSpecs>): Promise<number> {
  const subcommand = subcommandOf(operands);
  if (subcommand === 'schema') {
    terminal.stdout.write(`${JSON.stringify(configSchema(options), null, 2)}\n`);
    return 0;
  }
  const { config: file } = given;
  const path = typeof file === 'string' ? file : null;
  const config = path === null ? {} : await readConfig(path, terminal.env);
  const settings = settle(given, config, path);
  const outside: Outside = {
    terminal,
    stdin: process.stdin,
    stdout: process.stdout,
    random: Math.random,
  };
  switch (subcommand) {
    case 'run':
      await runStream(settings, outside, loggerOf(settings, outside), signal);
      return 0;
    case 'validate':
      await validate(settings, outside);
      return 0;
    case 'dry-run':
      return dryRun(settings, outside);
    case 'explain':
      await explainStream(settings, outside);
      return 0;
  }
}

/** @throws WindrowError USAGE for another word */
function subcommandOf(operands: readonly string[]): Subcommand {
  const [word = 'run'] = operands;
  const subcommand = SUBCOMMANDS.find((name) => name === word);
  if (subcommand !== undefined) return subcommand;
  throw new WindrowError(
    'USAGE',
    `found ${found(word)}, expected one of ${SUBCOMMANDS.join(', ')}`,
  );
}

function loggerOf(settings: Settings, outside: Outside): Logger {
  const { logFormat, logLevel: level } = settings;
  const { isTTY } = outside.terminal.stderr;
  const isForPeople = isTTY || settings.source.every((uri) => sourceKind(uri, outside).isFinite);
  const format = logFormat === 'auto' ? (isForPeople ? 'text' : 'json') : logFormat;
  return new Logger(outside.terminal, { format, level });
}
