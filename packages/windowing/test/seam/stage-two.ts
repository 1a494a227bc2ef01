/** The second process of `two-processes.test.ts`: pane messages in by IPC, tensors out when there are no more. */
import { WindowStage } from '../../src/index.ts';
import { CollectingSink } from '../collecting-sink.ts';
import { options, targets } from './lines.ts';

const stage = new WindowStage(targets, options);
const sink = new CollectingSink(targets, { room: 2 });

process.on('message', (message: Uint8Array | 'end') => {
  if (message === 'end') {
    process.send?.({ tensors: sink.tensors, windows: stage.windows() }, () => process.disconnect());
    return;
  }
  stage.push(message);
  sink.runAll(stage);
});
