/** A model store in memory, of tiny models, and definitions for them. */
import { createHash } from 'node:crypto';
import { WindrowError, type Definition } from '@windrow/core';
import type { ModelFile, ModelStore, ModelVersions } from '../src/model-store.ts';
import { onnxBytes, type TinyModel } from './onnx-bytes.ts';

export class TinyStore implements ModelStore {
  readonly uri = 'tiny:';
  /** How often a file was opened. */
  opened = 0;
  /** By `identifier/version`. */
  readonly goldens: Record<string, unknown> = {};
  readonly #models: Record<string, Record<number, TinyModel | Uint8Array>>;

  constructor(models: Record<string, Record<number, TinyModel | Uint8Array>>) {
    this.#models = models;
  }

  /** Adds a version, or puts another file in its place. */
  put(identifier: string, version: number, model: TinyModel | Uint8Array): void {
    this.#models[identifier] = { ...this.#models[identifier], [version]: model };
  }

  /** Takes a version away. */
  remove(identifier: string, version: number): void {
    const { [version]: _, ...others } = this.#models[identifier]!;
    this.#models[identifier] = others;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  versions(identifier: string): Promise<ModelVersions> {
    const versions = Object.keys(this.#models[identifier] ?? {}).map(Number);
    if (versions.length === 0) return Promise.reject(new WindrowError('MODEL', `no ${identifier}`));
    return Promise.resolve({
      versions: versions.toSorted((a, b) => a - b),
      notes: [`${identifier}: a note`],
    });
  }

  open(identifier: string, version: number): Promise<ModelFile> {
    this.opened++;
    const model = this.#models[identifier]?.[version];
    if (model === undefined) {
      return Promise.reject(new WindrowError('MODEL', `no ${identifier}/${version}`));
    }
    const bytes = model instanceof Uint8Array ? model : onnxBytes(model);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = `tiny:${identifier}/${version}/model.onnx`;
    const identity = { identifier, version, sha256 };
    const golden = this.goldens[`${identifier}/${version}`];
    return Promise.resolve({
      identity,
      path,
      bytes,
      folder: '.',
      golden:
        golden === undefined
          ? null
          : {
              path: `tiny:${identifier}/${version}/golden.json`,
              bytes: new TextEncoder().encode(JSON.stringify(golden)),
            },
    });
  }
}

let made = 0;

/** C inputs, T cells of a second. */
export function definitionOf(
  modelIdentifier: string,
  inputs: number,
  cells: number,
  over: Partial<Definition> = {},
): Definition {
  made++;
  return {
    inputMetricIds: Array.from({ length: inputs }, (_, i) => metricId(i + 1)),
    windowMs: cells * 1000,
    stepMs: 1000,
    resolutionMs: 1000,
    lineId: metricId(0),
    modelIdentifier,
    modelVersion: null,
    outputMetricId: metricId(1_000_000 + made),
    outputDeviceId: metricId(0),
    outputMachineId: metricId(0),
    outputMetricName: `${modelIdentifier} of ${inputs} x ${cells}`,
    aggregate: 'last',
    fill: { method: 'none' },
    allowMissing: false,
    minCoverage: 0,
    allowedLatenessMs: 0,
    layout: 'channel_major',
    inputName: null,
    outputName: null,
    ...over,
  };
}

export function metricId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}
