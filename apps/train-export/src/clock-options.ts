/** Options of the two clocks, for export. */
import type { CommandSpec } from '@windrow/cli';

const CLOCKS = 'As known';
const SECONDS_MAX = 10 * 366 * 86_400;

export const clockOptions = {
  'as-known': {
    type: 'flag',
    help: 'Windows as the stream scored them first, without what came later; else of all samples. Rows arrived in their order, or by --arrival',
    group: CLOCKS,
  },
  arrival: {
    type: 'text',
    placeholder: 'COLUMN',
    help: 'Column of the samples with their time of arrival (ms)',
    group: CLOCKS,
  },
  'out-of-order': {
    type: 'number',
    min: 0,
    max: SECONDS_MAX,
    default: 5,
    help: "out_of_order_s of the stream: how far a line's watermark stays behind its latest sample",
    group: CLOCKS,
  },
  'idle-after': {
    type: 'number',
    min: 0,
    max: SECONDS_MAX,
    default: 30,
    help: 'idle_after_s of the stream, by --arrival: a line silent for longer has its watermark moved by the clock',
    group: CLOCKS,
  },
  'max-future': {
    type: 'number',
    min: 0,
    max: SECONDS_MAX,
    default: 300,
    help: 'max_future_s of the stream, by --arrival: what lies further in the future when it arrives is quarantined',
    group: CLOCKS,
  },
} as const satisfies CommandSpec['options'];
