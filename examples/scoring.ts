/** Ten simulated minutes of one line, scored by the bundled model: source, windows and models put together by hand. */
import { MetricDictionary, checkDefinitions, formatTime } from '@windrow/core';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { definitionsFor, parseSimUri, simSource } from '@windrow/simulator';
import { WindowEngine } from '@windrow/windowing';

const uri = 'sim://extrusion?lines=1&seconds=600&seed=7';
const entries = definitionsFor(parseSimUri(uri)).map((value) => ({ value, where: 'line 1' }));
const definitions = checkDefinitions(entries, 'example');

// Every model is found, loaded, checked against its definition and warmed up before the first sample is read.
const models = new FolderModelStore('models');
const scorer = await createScorer(definitions, models, { nowMs: () => performance.now() });

const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
const range = { afterMs: -Infinity, untilMs: Infinity };
const engine = new WindowEngine(scorer.targets, {
  dictionary,
  outOfOrderMs: 5000,
  aheadMs: 0,
  range,
});

/** Works off what was pushed. The engine stops where the scorer is full. */
async function score(): Promise<void> {
  let done = false;
  while (!done) {
    done = engine.run(scorer);
    await scorer.drain(true, ({ length, windowEndsMs, values, model }) => {
      for (let i = 0; i < length; i++) {
        const value = values[i]!.toFixed(3);
        process.stdout.write(
          `${formatTime(windowEndsMs[i]!)} ${value} bar by ${model.identifier} ${model.version}\n`,
        );
      }
    });
  }
}

const source = simSource(uri);
for (const split of await source.splits(null)) {
  for await (const batch of source.read(split, { dictionary, range: null, reject: () => {} })) {
    engine.push(batch);
    await score();
  }
}
engine.finish();
await score();
await source.close();
await scorer.close();
