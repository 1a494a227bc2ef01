/** The page beside the bundled model (`models/README.md`): what it is and how good, from the run that made it. */
import { LAB_NOISE_BAR, QUALITY_MODEL, QUALITY_WINDOW_S } from '@windrow/simulator';
import type { HeldOut, TrainedModel } from './train-quality-model.ts';

/** One more simulation on which the model was judged, and what is special about it. */
export interface Judged extends HeldOut {
  readonly what: string;
}

/** Markdown. */
export function modelReadme(
  model: TrainedModel,
  judged: readonly Judged[],
  sha256: string,
): string {
  const { training, validation } = model;
  const tried = validation.tried.map(({ alpha, r2 }) => `${alpha}: ${r2.toFixed(3)}`).join(', ');
  return `# ${QUALITY_MODEL}

Estimates the burst pressure (bar) that the laboratory will find for the pipe made at a window's end, from ${QUALITY_WINDOW_S} s of
${model.formula.channels} sensors of a simulated extrusion line (\`input_names\` in the model's metadata; the same model serves every line).
Mean and standard deviation of each channel, standardised; linear in all, quadratic in the means; ridge regression.

Made by \`node --conditions=windrow-source scripts/train-bundled-model.ts\`, which also wrote this page and gives the same
bytes each time. SHA-256 of \`${QUALITY_MODEL}/1/model.onnx\`: \`${sha256}\`.

Trained on ${training.examples} lab results of \`${training.uri}\`.
Penalty ${validation.alpha}, the best of these on \`${validation.uri}\` (R2 by penalty: ${tried}).

## How good it is
On simulations that neither fit nor choice has seen: other seeds, which make other machines, in other weeks. The laboratory's
own error has a standard deviation of ${LAB_NOISE_BAR} bar, a mean absolute error of ${(LAB_NOISE_BAR * 0.798).toFixed(2)} that nobody can predict.
"Mean" always says the training mean; "persistence" repeats the line's last lab result that was known at the window's end
(results take 40 minutes to two days), on the \`n\` results that have one; the model's error on those stands beside it.

| simulation | results | R2 | MAE | MAE of the mean | n | MAE of persistence | MAE on those |
|---|---|---|---|---|---|---|---|
${judged.map(row).join('\n')}

${judged.map(({ what, uri }) => `- ${what}: \`${uri}\``).join('\n')}
`;
}

function row(held: Judged): string {
  const bars = [held.mae, held.maeOfMean].map((v) => v.toFixed(3)).join(' | ');
  const known = [held.maeOfPersistence, held.maeWherePersistence].map((v) => v.toFixed(3));
  const r2 = held.r2.toFixed(3);
  return `| ${held.what} | ${held.examples} | ${r2} | ${bars} | ${held.examplesWithKnown} | ${known.join(' | ')} |`;
}
