// The loops of the codecs for processors with vectors of 128 bits, in AssemblyScript. Each does what a function under src/ does in
// JavaScript, with the same result: `npm run make:kernels -w packages/codecs` makes src/internal/kernel-bytes.ts of them.
export { unpack, readBlocks } from './unpack';
export { addBase, multiply, addSlope, expand, pick } from './values';
export { decodeRecords, encodeRecords } from './records';
export { quantise } from './quantise';
export { analyse, changedBytes, differences, planAll, secondDifferences } from './plan';
export { pack } from './pack';
export { writeBlocks } from './write-blocks';
export {
  divideSeries,
  quantiseSeries,
  readSeries,
  scatter,
  seriesExponents,
  writeSeries,
} from './series';
export { timestampOffsets } from './timestamps';
