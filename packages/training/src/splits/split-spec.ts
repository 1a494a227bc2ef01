/** Splits as users write them. */
import { WindrowError, found, parseTime } from '@windrow/core';

export type SplitSpec =
  /** Everything is one set, `all`. */
  | { readonly kind: 'none' }
  /** In order of time, each with its share of the examples. */
  | { readonly kind: 'shares'; readonly shares: readonly number[] }
  /** In order of time, cut at these. */
  | { readonly kind: 'times'; readonly atMs: readonly number[] }
  /** Lines, or values of an attribute, as a whole; `shares` of the examples. */
  | { readonly kind: 'group'; readonly by: string; readonly shares: readonly number[] }
  /** `folds + 1` blocks in order of time; fold k trains on the blocks before block k and tests on it. */
  | { readonly kind: 'forward'; readonly folds: number };

const FORM =
  'none, time:0.7/0.15/0.15, time:2026-03-01/2026-04-01, group:line:0.7/0.15/0.15, group:COLUMN:0.8/0.2 or forward:5';
const SHARES_DEFAULT = [0.7, 0.15, 0.15];
const FOLDS_MAX = 1000;

/** @throws WindrowError USAGE */
export function parseSplit(text: string): SplitSpec {
  const [kind = '', ...rest] = text.split(':');
  const value = rest.join(':');
  switch (kind) {
    case 'none':
      if (value === '') return { kind };
      break;
    case 'time': {
      if (value === '') return { kind: 'shares', shares: SHARES_DEFAULT };
      const shares = parseShares(value, text);
      return shares === null
        ? { kind: 'times', atMs: parseTimes(value, text) }
        : { kind: 'shares', shares };
    }
    case 'group': {
      const [by = '', shares] = rest;
      if (by === '' || rest.length > 2) break;
      if (shares === undefined) return { kind, by, shares: SHARES_DEFAULT };
      const parsed = parseShares(shares, text);
      if (parsed !== null) return { kind, by, shares: parsed };
      break;
    }
    case 'forward': {
      const folds = Number(value);
      if (Number.isInteger(folds) && folds >= 1 && folds <= FOLDS_MAX) return { kind, folds };
      break;
    }
  }
  throw notSplit(text);
}

function parseShares(value: string, text: string): readonly number[] | null {
  const parts = value.split('/');
  if (!parts.every((part) => /^(?:0?\.\d+|0|1(?:\.0*)?)$/.test(part))) return null;
  const shares = parts.map(Number);
  const sum = shares.reduce((a, b) => a + b, 0);
  if (shares.length < 2 || shares.length > 3 || Math.abs(sum - 1) > 1e-9) {
    throw new WindrowError(
      'USAGE',
      `--split ${text}: found shares that add up to ${sum}, expected two or three (train, validation, test) that add up to 1`,
    );
  }
  return shares;
}

function parseTimes(value: string, text: string): readonly number[] {
  const atMs = value.split('/').map((part) => parseTime(part, `--split ${text}`));
  if (atMs.length > 2 || atMs.some((ms, i) => i > 0 && ms <= atMs[i - 1]!)) throw notSplit(text);
  return atMs;
}

function notSplit(text: string): WindrowError {
  return new WindrowError('USAGE', `--split: found ${found(text)}, expected ${FORM}`);
}

/** Names of the parts of a split: two are train and test. */
export function splitNames(spec: SplitSpec): readonly string[] {
  switch (spec.kind) {
    case 'none':
      return ['all'];
    case 'shares':
    case 'group':
      return cutNames(spec.shares.length);
    case 'times':
      return cutNames(spec.atMs.length + 1);
    case 'forward':
      return Array.from({ length: spec.folds + 1 }, (_, block) => `block-${block}`);
  }
}

function cutNames(parts: number): readonly string[] {
  return parts === 2 ? ['train', 'test'] : ['train', 'validation', 'test'];
}
