/**
 * Makes the bundled model anew: `node --conditions=windrow-source scripts/train-bundled-model.ts [models]`.
 *
 * Writes `<models>/extrusion-quality/1/model.onnx` and `<models>/README.md`; the same bytes each time.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUALITY_MODEL } from '@windrow/simulator';
import { modelReadme, type Judged } from './bundled-model/model-readme.ts';
import { judge, trainQualityModel } from './bundled-model/train-quality-model.ts';

const FAULTS = 'gaps=0.02&invalid=0.01&late=0.02&disorder_s=5&jitter_ms=200';

const root = process.argv[2] ?? join(import.meta.dirname, '../models');
const model = await trainQualityModel();
const judged: readonly Judged[] = [
  { what: 'other lines, seven weeks later', ...model.heldOut },
  {
    what: 'the same with gaps, invalid, late and disordered samples',
    ...(await judge(model, `${model.heldOut.uri}&${FAULTS}`)),
  },
  {
    what: 'the four lines of the default, for a day',
    ...(await judge(model, 'sim://extrusion?hours=24')),
  },
];
const folder = join(root, QUALITY_MODEL, '1');
const sha256 = createHash('sha256').update(model.bytes).digest('hex');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'model.onnx'), model.bytes);
writeFileSync(join(root, 'README.md'), modelReadme(model, judged, sha256));
console.log(`${join(folder, 'model.onnx')}: ${model.bytes.length} bytes, sha256 ${sha256}`);
for (const { what, r2, mae, maeOfMean } of judged) {
  console.log(
    `${what}: R2 ${r2.toFixed(3)}, MAE ${mae.toFixed(3)} bar (mean ${maeOfMean.toFixed(3)})`,
  );
}
