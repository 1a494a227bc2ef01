/** Types of ClickHouse columns, and the SQL that makes ids, milliseconds and float64 of them. Pure. */

export interface ColumnType {
  /** Without LowCardinality and Nullable. */
  readonly base: string;
  readonly nullable: boolean;
}

/** `LowCardinality(Nullable(String))`: String, nullable. */
export function columnType(text: string): ColumnType {
  let base = text.trim();
  let nullable = false;
  for (;;) {
    const [, wrapper, inner] = /^(LowCardinality|Nullable)\((.*)\)$/s.exec(base) ?? [];
    if (inner === undefined) return { base, nullable };
    nullable ||= wrapper === 'Nullable';
    base = inner.trim();
  }
}

/** A name as SQL takes it whatever is in it. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** How a column of timestamps is read and compared. */
export interface TimeColumn {
  /** Int64: milliseconds since 1970, floored; NULL where the column is. */
  readonly ms: string;
  readonly nullable: boolean;
  /** `column >= or < {name}`, on the bare column, so that the primary key and partitions are used. */
  compare(operator: '>=' | '<', name: string): string;
  /** What the parameter of `compare` is for a time in ms: any integer, not beyond what the type can hold. */
  parameter(ms: number): number;
  /** Least and greatest value in ms that the type can hold; a comparison beyond them is no use. */
  readonly minMs: number;
  readonly maxMs: number;
}

const EPOCH_1900_MS = -2_208_988_800_000;
const EPOCH_2300_MS = 10_413_792_000_000;
/** Nanoseconds in an int64 end in 2262. */
const NANOSECONDS_MAX_MS = 9_223_372_036_853;
const SECONDS_MAX_MS = 4_294_967_295_000;
const INTEGER_MAX_MS = Number.MAX_SAFE_INTEGER;

/** Null where the type is none of timestamps. */
export function timeColumn(name: string, type: ColumnType): TimeColumn | null {
  const { base, nullable } = type;
  const column = quoted(name);
  const scale = /^DateTime64\((\d)\b/.exec(base)?.[1];
  if (scale !== undefined) {
    return {
      ms: dateTime64Ms(column, Number(scale)),
      nullable,
      compare: (operator, parameter) =>
        `${column} ${operator} fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`,
      parameter: (ms) => ms,
      minMs: EPOCH_1900_MS,
      maxMs: scale === '9' ? NANOSECONDS_MAX_MS : EPOCH_2300_MS,
    };
  }
  if (/^DateTime(?:\(|$)/.test(base)) {
    return {
      ms: `toInt64(toUnixTimestamp(${column})) * 1000`,
      nullable,
      compare: (operator, parameter) =>
        `${column} ${operator} toDateTime({${parameter}:Int64}, 'UTC')`,
      parameter: (ms) => Math.ceil(ms / 1000),
      minMs: 0,
      maxMs: SECONDS_MAX_MS,
    };
  }
  if (!/^U?Int(?:32|64)$/.test(base)) return null;
  return {
    // Beyond an int64 is beyond every timestamp, and must not turn into one.
    ms:
      base === 'UInt64'
        ? `toInt64(least(${column}, toUInt64(9223372036854775807)))`
        : `toInt64(${column})`,
    nullable,
    compare: (operator, parameter) => `${column} ${operator} {${parameter}:Int64}`,
    parameter: (ms) => ms,
    minMs: -INTEGER_MAX_MS,
    maxMs: INTEGER_MAX_MS,
  };
}

/** ClickHouse's own conversion cuts towards zero; before 1970 that is not the floor. */
function dateTime64Ms(column: string, scale: number): string {
  if (scale <= 3) return `toUnixTimestamp64Milli(${column})`;
  const [fine, perMs] =
    scale <= 6
      ? [`toUnixTimestamp64Micro(${column})`, 1000]
      : [`toUnixTimestamp64Nano(${column})`, 1_000_000];
  return `intDiv(${fine} - positiveModulo(${fine}, ${perMs}), ${perMs})`;
}

/** How a column of metric ids is read and asked for. */
export interface IdColumn {
  /** What is sent: text or 16 bytes, by dictionary where the column is none of bytes. */
  readonly sent: string;
  /**
   * The condition on the bare column that it is one of `{ids}`, and what `ids` holds: canonical ids, or the texts of the
   * table that mean one of them.
   */
  readonly asked: string;
  readonly asks: 'ids' | 'spellings';
  /** The 16 bytes of the id, however the column holds it; of a text that is none, some that are always the same. */
  readonly bytes: string;
}

/** Null where the type can hold no ids. */
export function idColumn(name: string, { base }: ColumnType): IdColumn | null {
  const column = quoted(name);
  switch (base) {
    case 'UUID':
      return {
        // Half the work of its text, for ClickHouse.
        sent: `toLowCardinality(UUIDToNum(${column}))`,
        asked: `${column} IN {ids:Array(UUID)}`,
        asks: 'ids',
        bytes: `UUIDToNum(${column})`,
      };
    case 'String':
      return {
        sent: `toLowCardinality(${column})`,
        asked: `${column} IN {ids:Array(String)}`,
        asks: 'spellings',
        bytes: `UUIDStringToNum(${column})`,
      };
    case 'FixedString(36)':
      return {
        sent: `toLowCardinality(toString(${column}))`,
        asked: `toString(${column}) IN {ids:Array(String)}`,
        asks: 'spellings',
        bytes: `UUIDStringToNum(toString(${column}))`,
      };
    case 'FixedString(16)':
      return {
        sent: column,
        asked: `${column} IN (SELECT UUIDStringToNum(arrayJoin({ids:Array(String)})))`,
        asks: 'ids',
        bytes: column,
      };
    default:
      return null;
  }
}

/** Float64 of a column of numbers (NULL stays NULL); null where the type is no number. */
export function valueExpression(name: string, { base }: ColumnType): string | null {
  const isNumber =
    /^(?:Float(?:32|64)|BFloat16|Bool|U?Int(?:8|16|32|64|128|256))$/.test(base) ||
    /^Decimal(?:\d+)?\(/.test(base);
  return isNumber ? `toFloat64(${quoted(name)})` : null;
}
