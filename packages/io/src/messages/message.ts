/** What sources and sinks exchange with the outside as one piece: bytes and a few words about them. */

export interface Message {
  readonly bytes: Uint8Array;
  /** By name; those that say nothing about the form are ignored on reading. */
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * - `json`: one object, an array of objects, or an object a line;
 * - `records`: records of 32 bytes;
 * - `stream`: blocks of the stream form, complete in one message.
 */
export const MESSAGE_FORMS = ['json', 'records', 'stream'] as const;

export type MessageForm = (typeof MESSAGE_FORMS)[number];

/** Attribute that names the form. */
export const FORM_ATTRIBUTE = 'windrow-form';
/** Attribute with the media type of the bytes, looked at where there is no `windrow-form`. */
export const TYPE_ATTRIBUTE = 'content-type';
/** Attribute that says how the bytes are compressed: `gzip`, `zstd` or `identity`. */
export const ENCODING_ATTRIBUTE = 'content-encoding';
