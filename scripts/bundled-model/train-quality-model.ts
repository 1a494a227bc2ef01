/**
 * The bundled model from nothing but the simulator: fit on one simulation, penalty chosen on a second, judged on others.
 * Every step is arithmetic in a fixed order, so that each run gives the same bytes.
 */
import {
  BASE_SENSOR_COUNT,
  LAB_TARGET,
  QUALITY_INPUT_NAMES,
  QUALITY_WINDOW_S,
} from '@windrow/simulator';
import { evaluate, meanTarget, type Evaluation } from './evaluation.ts';
import { examplesOf } from './examples.ts';
import { fitQuality, type QualityFormula } from './quality-formula.ts';
import { encodeQualityModel } from './quality-graph.ts';

const TRAINING = 'sim://extrusion?lines=32&start=2026-01-12&hours=10&seed=4001';
const VALIDATION = 'sim://extrusion?lines=12&start=2026-01-19&hours=6&seed=4002';
const ALPHAS: readonly number[] = [0.1, 1, 10, 100];

/** Other machines (a seed makes the line's character), other weeks. */
const HELD_OUT = 'sim://extrusion?lines=16&start=2026-03-02&hours=8&seed=9001';

/** An evaluation and on what it was made. */
export interface HeldOut extends Evaluation {
  readonly uri: string;
}

export interface TrainedModel {
  /** The file model.onnx. */
  readonly bytes: Uint8Array;
  readonly formula: QualityFormula;
  readonly training: { readonly uri: string; readonly examples: number; readonly mean: number };
  /** R2 on the validation simulation by penalty, and the penalty chosen. */
  readonly validation: {
    readonly uri: string;
    readonly tried: readonly { readonly alpha: number; readonly r2: number }[];
    readonly alpha: number;
  };
  readonly heldOut: HeldOut;
}

/** Fits, chooses, judges and encodes. Takes some seconds and makes 50 million samples. */
export async function trainQualityModel(): Promise<TrainedModel> {
  const examples = await examplesOf(TRAINING);
  const training = { uri: TRAINING, examples: examples.count, mean: meanTarget(examples) };
  const validation = await examplesOf(VALIDATION);
  const tried = ALPHAS.map((alpha) => {
    const formula = fitQuality(examples, BASE_SENSOR_COUNT, alpha);
    return { alpha, formula, r2: evaluate(formula, validation, training.mean).r2 };
  });
  const { formula, alpha } = tried.reduce((a, b) => (b.r2 > a.r2 ? b : a));
  const heldOut = await judge({ formula, training }, HELD_OUT);
  return {
    bytes: encodeQualityModel(formula, QUALITY_WINDOW_S, metadataOf(heldOut)),
    formula,
    training,
    validation: { uri: VALIDATION, tried: tried.map((t) => ({ alpha: t.alpha, r2: t.r2 })), alpha },
    heldOut,
  };
}

/** Evaluates on another simulation. */
export async function judge(
  { formula, training }: Pick<TrainedModel, 'formula' | 'training'>,
  uri: string,
): Promise<HeldOut> {
  return { uri, ...evaluate(formula, await examplesOf(uri), training.mean) };
}

function metadataOf({ uri, r2, mae }: HeldOut): Record<string, string> {
  return {
    input_names: JSON.stringify(QUALITY_INPUT_NAMES),
    input_count: String(QUALITY_INPUT_NAMES.length),
    window_size_s: String(QUALITY_WINDOW_S),
    resolution_s: '1',
    layout: 'NCT',
    target_name: LAB_TARGET.name,
    target_unit: LAB_TARGET.unit,
    training_source: TRAINING,
    held_out_source: uri,
    held_out_r2: r2.toFixed(4),
    held_out_mae: mae.toFixed(4),
  };
}
