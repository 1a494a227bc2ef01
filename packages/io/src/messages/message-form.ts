/** In which form the bytes of a message are: by its attributes, else by how the bytes begin. */
import { RECORD_BYTES, RECORD_TIMESTAMP_AT } from '@windrow/codecs';
import { found } from '@windrow/core';
import { FORM_ATTRIBUTE, MESSAGE_FORMS, TYPE_ATTRIBUTE, type MessageForm } from './message.ts';

/** The first four bytes of a block of the stream form (docs/FORMAT.md), and of nothing else that is read here. */
const STREAM_HEAD = [0xf7, 0x57, 0x4e, 0x53];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

const FORM_BY_TYPE: Readonly<Record<string, MessageForm>> = {
  'application/json': 'json',
  'application/x-ndjson': 'json',
  'application/jsonl': 'json',
  'application/vnd.windrow.records': 'records',
  'application/vnd.windrow.stream': 'stream',
};

/** The media type that stands for a form, for messages that are written. */
export const TYPE_OF_FORM: Readonly<Record<MessageForm, string>> = {
  json: 'application/json',
  records: 'application/vnd.windrow.records',
  stream: 'application/vnd.windrow.stream',
};

export type FormFound =
  | { readonly form: MessageForm; readonly fault: null }
  | { readonly form: null; readonly fault: string };

/**
 * The form that the attributes name, or that the bytes (not compressed) show. A media type that is not known says
 * nothing: many senders set one without thought.
 */
export function formOf(attributes: Readonly<Record<string, string>>, bytes: Uint8Array): FormFound {
  const named = attributes[FORM_ATTRIBUTE];
  if (named !== undefined) {
    const form = MESSAGE_FORMS.find((known) => known === named);
    if (form !== undefined) return { form, fault: null };
    const fault = `${FORM_ATTRIBUTE}: found ${found(named)}, expected json, records or stream`;
    return { form: null, fault };
  }
  const type = attributes[TYPE_ATTRIBUTE]?.split(';')[0]!.trim().toLowerCase() ?? '';
  const byType = Object.hasOwn(FORM_BY_TYPE, type) ? FORM_BY_TYPE[type] : undefined;
  const form = byType ?? sniffForm(bytes);
  if (form !== null) return { form, fault: null };
  const size = bytes.length === 0 ? 'no bytes' : `${bytes.length} bytes of no known form`;
  const fault = `found ${size}, expected JSON (an object, an array or an object a line), records of ${RECORD_BYTES} bytes or the stream form`;
  return { form: null, fault };
}

/**
 * The form that bytes begin with, or null. What begins with the mark of the stream form is that. Records have a length that is
 * a multiple of 32, and the first byte of a timestamp in range is 00 or ff, which JSON never holds. Else what begins with `{`
 * or `[` after white space is JSON.
 */
export function sniffForm(bytes: Uint8Array): MessageForm | null {
  if (startsWith(bytes, STREAM_HEAD)) return 'stream';
  if (isRecords(bytes) && isSignByte(bytes[RECORD_TIMESTAMP_AT]!)) return 'records';
  let at = startsWith(bytes, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  while (at < bytes.length && isSpace(bytes[at]!)) at++;
  if (bytes[at] === OPENING_BRACE || bytes[at] === OPENING_BRACKET) return 'json';
  return isRecords(bytes) && !isText(bytes) ? 'records' : null;
}

function isRecords(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length % RECORD_BYTES === 0;
}

function isSignByte(byte: number): boolean {
  return byte === 0 || byte === 0xff;
}

/** No byte of the first record is one that text does not hold. */
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, RECORD_BYTES).every((byte) => byte >= 0x20 && byte < 0x7f);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function startsWith(bytes: Uint8Array, head: readonly number[]): boolean {
  return head.every((byte, i) => bytes[i] === byte);
}
