/** `windrow-stream validate`: config, definitions and models, and nothing else. */
import type { Definition } from '@windrow/core';
import { openDefinitions } from '@windrow/io';
import { createScorer, openModelStore, type ModelScorer } from '@windrow/scoring';
import type { Settings } from '../config/settings.ts';
import { definitionReaders } from '../open/definition-readers.ts';
import type { Outside } from '../open/outside.ts';

/**
 * The definitions as their URI has them now.
 * @throws WindrowError DEFINITION
 */
export async function readDefinitionsOf(
  settings: Settings,
  { terminal }: Outside,
): Promise<readonly Definition[]> {
  const definitions = await openDefinitions({
    uri: settings.definitions,
    ttlMs: Number.POSITIVE_INFINITY,
    nowMs: () => terminal.elapsedMs(),
    accept: () => Promise.resolve(),
    onEvent: () => undefined,
    cacheFile: null,
    readers: definitionReaders,
  });
  return definitions.value;
}

/** @throws WindrowError MODEL */
export async function openScorerOf(
  settings: Settings,
  definitions: readonly Definition[],
  { terminal }: Outside,
): Promise<ModelScorer> {
  return createScorer(definitions, await openModelStore(settings.models), {
    nowMs: () => terminal.elapsedMs(),
  });
}

/** @throws WindrowError DEFINITION, MODEL */
export async function validate(settings: Settings, outside: Outside): Promise<void> {
  const { stdout } = outside.terminal;
  const definitions = await readDefinitionsOf(settings, outside);
  const lines = new Set(definitions.map((definition) => definition.lineId)).size;
  stdout.write(
    `ok  definitions  ${settings.definitions}: ${definitions.length} of ${lines} lines\n`,
  );
  const scorer = await openScorerOf(settings, definitions, outside);
  try {
    const models = new Set(
      scorer.targets.map(({ model }) => `${model.identifier}/${model.version}`),
    );
    stdout.write(`ok  models       ${settings.models}: ${[...models].join(', ')}\n`);
    for (const note of scorer.notes) stdout.write(`    note: ${note}\n`);
  } finally {
    await scorer.close();
  }
}
