/** One tensor that is scored where it lies: its owner keeps it as it is until `release`. */
import type { TensorRow } from '@windrow/core';
import type { BatchGroup } from './batch-group.ts';
import type { QueuedRows } from './queued-rows.ts';

export class LentRow implements QueuedRows {
  readonly group: BatchGroup;
  readonly length = 1;
  readonly data: Float64Array | Float32Array;
  readonly targets: Int32Array;
  readonly windowEndsMs: Float64Array;
  readonly release: () => void;

  constructor(
    group: BatchGroup,
    row: TensorRow,
    window: { readonly target: number; readonly endMs: number },
    release: () => void,
  ) {
    this.group = group;
    this.data = row.data.subarray(row.offset, row.offset + group.rowLength);
    this.targets = Int32Array.of(window.target);
    this.windowEndsMs = Float64Array.of(window.endMs);
    this.release = release;
  }

  get sizeBytes(): number {
    return this.group.rowBytes;
  }
}
