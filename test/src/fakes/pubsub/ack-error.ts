/** The error of an Acknowledge request that says which ids were refused: google.rpc.Status with an ErrorInfo, by hand. */
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';

const PERMANENT = 'PERMANENT_FAILURE_INVALID_ACK_ID';
const TRANSIENT = 'TRANSIENT_FAILURE_ACK_ID';

/** @param refused ids and whether they may be tried again */
export function ackError(
  refused: ReadonlyMap<string, 'invalid' | 'transient'>,
): Partial<ServiceError> {
  const entries = [...refused].map(([ackId, outcome]) =>
    field(
      3,
      Buffer.concat([text(1, ackId), text(2, outcome === 'invalid' ? PERMANENT : TRANSIENT)]),
    ),
  );
  const info = Buffer.concat([
    text(1, 'PERMANENT_FAILURE_INVALID_ACK_ID'),
    text(2, 'pubsub.googleapis.com'),
    ...entries,
  ]);
  const packed = Buffer.concat([
    text(1, 'type.googleapis.com/google.rpc.ErrorInfo'),
    field(2, info),
  ]);
  const message = 'Some acknowledgement ids in the request were invalid.';
  const details = Buffer.concat([
    Buffer.from([0x08, status.FAILED_PRECONDITION]),
    text(2, message),
    field(3, packed),
  ]);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', details);
  return { code: status.FAILED_PRECONDITION, details: message, metadata };
}

function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

/** A field with a length, as protobuf writes it. */
function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(value.length)]), value]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
