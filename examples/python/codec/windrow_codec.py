"""Records and chunks of sensor metrics (docs/FORMAT.md), with nothing but the standard library.

    import windrow_codec as codec
    points = codec.read_chunk(open("m.chunk", "rb").read())      # [(timestamp_ms, value), ...]
    data = codec.write_chunk(points)
    for metric_id, timestamp_ms, value in codec.read_records(open("m.records", "rb").read()): ...

Values keep their bits. It reads every chunk; it writes a few of the forms only, so its chunks are larger than need be.
"""

import struct
import uuid
import zlib
from typing import Callable, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

TIMESTAMP_MS_MAX = 8_640_000_000_000_000
SAFE = 2**53 - 1
POINTS_MAX = 65_536
BLOCK = 128
_RECORD = struct.Struct(">16sqd")

Point = Tuple[int, float]


class FormatError(ValueError):
    """Bytes that are not what the format demands."""


class Stats(NamedTuple):
    """What a chunk says of its points."""

    min_ms: int
    max_ms: int
    min: float
    max: float
    first: float
    last: float


class ChunkInfo(NamedTuple):
    """What the head of a chunk says."""

    version: int
    count: int
    stats: Optional[Stats]


# Records


def read_records(data: bytes) -> Iterator[Tuple[uuid.UUID, int, float]]:
    """The samples of a file of records, in order."""
    if len(data) % _RECORD.size != 0:
        raise FormatError(f"{len(data)} bytes, expected a multiple of {_RECORD.size}")
    for metric_id, timestamp_ms, value in _RECORD.iter_unpack(data):
        _check(abs(timestamp_ms) <= TIMESTAMP_MS_MAX, f"timestamp {timestamp_ms}")
        yield uuid.UUID(bytes=metric_id), timestamp_ms, value


def write_records(samples: Iterable[Tuple[uuid.UUID, int, float]]) -> bytes:
    """A file of records."""
    return b"".join(_RECORD.pack(m.bytes, t, v) for m, t, v in samples)


# Reading chunks


def read_chunk_info(data: bytes) -> ChunkInfo:
    """What a chunk says of itself; verifies its checksum."""
    return _open(data)[1]


def read_chunk(data: bytes) -> List[Point]:
    """The points of a chunk."""
    reader, info = _open(data)
    if info.count == 0:
        timestamps: List[int] = []
        patterns: List[int] = []
    else:
        timestamps = _read_column(reader, info.count)
        for timestamp in timestamps:
            _check(abs(timestamp) <= TIMESTAMP_MS_MAX, f"timestamp {timestamp}")
        patterns = _read_values(reader, info.count, allowed=(0, 1, 2, 3))
    _check(reader.at == len(reader.data), "bytes after the last point")
    return list(zip(timestamps, map(_float_of, patterns)))


def _check(condition: bool, found: str) -> None:
    if not condition:
        raise FormatError(found)


def _bits_of(value: float) -> int:
    return struct.unpack("<Q", struct.pack("<d", value))[0]


def _float_of(bits: int) -> float:
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def _int32(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


class _Reader:
    """A position in bytes; every read is checked against their end."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def take(self, count: int) -> bytes:
        _check(count <= len(self.data) - self.at, f"{len(self.data) - self.at} bytes left of {count}")
        self.at += count
        return self.data[self.at - count : self.at]

    def u8(self) -> int:
        return self.take(1)[0]

    def u64(self) -> int:
        return int.from_bytes(self.take(8), "little")

    def _continued(self, first: int, bits: int) -> int:
        value = first & ((1 << bits) - 1)
        byte = first
        while byte & 0x80:
            byte = self.u8()
            _check(byte != 0, "an overlong varint")
            value |= (byte & 0x7F) << bits
            bits += 7
            _check(value <= SAFE, f"varint {value}")
        return value

    def unsigned(self, most: int = SAFE) -> int:
        value = self._continued(self.u8(), 7)
        _check(value <= most, f"{value}, expected at most {most}")
        return value

    def signed(self, most: int = SAFE) -> int:
        first = self.u8()
        magnitude = self._continued(first, 6)
        negative = bool(first & 0x40)
        _check(not (negative and magnitude == 0), "a negative zero")
        _check(magnitude <= most, f"{magnitude}, expected at most {most}")
        return -magnitude if negative else magnitude

    def int32(self) -> int:
        value = self.signed()
        _check(-(2**31) <= value < 2**31, f"{value}, expected an int32")
        return value

    def packed(self, count: int, width: int) -> List[int]:
        bits = int.from_bytes(self.take((count * width + 7) // 8), "little")
        mask = (1 << width) - 1
        return [bits >> (i * width) & mask for i in range(count)]


def _open(data: bytes) -> Tuple[_Reader, ChunkInfo]:
    _check(len(data) >= 7, f"{len(data)} bytes, expected at least 7")
    _check(data[0] == 0xC1, f"mark {data[0]:02x}, expected c1")
    body, checksum = data[:-4], int.from_bytes(data[-4:], "little")
    _check(zlib.crc32(body) == checksum, "a checksum that does not agree")
    reader = _Reader(body, 1)
    flags = reader.u8()
    _check(flags in (0, 1), f"flags {flags}")
    count = reader.unsigned(POINTS_MAX)
    stats = None
    if flags & 1:
        _check(count > 0, "statistics of no points")
        least, greatest = reader.signed(TIMESTAMP_MS_MAX), reader.signed(TIMESTAMP_MS_MAX)
        stats = Stats(least, greatest, *(_float_of(reader.u64()) for _ in range(4)))
    return reader, ChunkInfo(1, count, stats)


def _read_blocks(reader: _Reader, count: int) -> List[int]:
    residuals: List[int] = []
    for start in range(0, count, BLOCK):
        length = min(BLOCK, count - start)
        head = reader.u8()
        width = head & 0x3F
        _check(width <= 32, f"width {width}")
        base = reader.int32() if head & 0x80 else None
        block = reader.packed(length, width)
        if head & 0x40:
            patches, high_width = reader.u8() + 1, reader.u8()
            _check(patches <= length, f"{patches} patches")
            _check(0 < high_width <= 32 - width, f"patches of {high_width} bits")
            positions = list(reader.take(patches))
            _check(all(a < b for a, b in zip(positions, positions[1:])), "positions that do not ascend")
            _check(positions[-1] < length, f"position {positions[-1]}")
            for position, high in zip(positions, reader.packed(patches, high_width)):
                block[position] |= high << width
        if base is None:
            residuals.extend((u >> 1) ^ -(u & 1) for u in block)
        else:
            residuals.extend(_int32(u + base) for u in block)
    return residuals


def _read_column(reader: _Reader, count: int) -> List[int]:
    head = reader.u8()
    kind, low_bits = head & 7, head >> 3
    _check(kind <= 4, f"kind {kind}")
    _check(low_bits <= 26, f"{low_bits} low bits")
    _check(low_bits == 0 or kind in (1, 2, 3), "low bits beside a slope")
    base = reader.signed()
    if kind == 0:
        step = reader.signed()
        _check(abs((count - 1) * step) <= SAFE and abs(base + (count - 1) * step) <= SAFE, f"step {step}")
        return [base + i * step for i in range(count)]
    span = reader.signed() if kind == 4 else 0
    _check(abs(base) + abs(span) + 2**31 <= SAFE, f"base {base}")
    delta = reader.int32() if kind == 3 else 0
    residuals = _read_blocks(reader, count)
    if kind == 4:
        slope = span / (count - 1) if count > 1 else 0.0
        return [base + r + int(i * slope // 1) for i, r in enumerate(residuals)]
    sums = residuals
    if kind != 1:
        sums = []
        total = 0
        for residual in residuals:
            delta = residual if kind == 2 else _int32(delta + residual)
            total = _int32(total + delta)
            sums.append(total)
    if low_bits == 0:
        return [base + s for s in sums]
    lows = reader.packed(count, low_bits)
    integers = [((base + s) << low_bits) + low for s, low in zip(sums, lows)]
    _check(all(abs(q) <= SAFE for q in integers), "an integer that is not safe")
    return integers


def _read_words(reader: _Reader, count: int) -> List[int]:
    word = reader.u64()
    words: List[int] = []
    for start in range(0, count, BLOCK):
        length = min(BLOCK, count - start)
        width = reader.u8()
        _check(width <= 64, f"width {width}")
        zeros = reader.u8() if 0 < width < 64 else 0
        _check(width + zeros <= 64, f"{width} bits before {zeros} zeros")
        lows = reader.packed(length, min(width, 32))
        highs = reader.packed(length, max(width - 32, 0))
        for low, high in zip(lows, highs):
            word ^= (high << 32 | low) << zeros
            words.append(word)
    return words


def _read_decimals(reader: _Reader, count: int, exponent: int) -> List[int]:
    exceptions = reader.unsigned(count)
    power = float(10**exponent)
    patterns = [_bits_of(q / power) for q in map(float, _read_column(reader, count))]
    if exceptions > 0:
        positions = _read_column(reader, exceptions)
        _check(all(a < b for a, b in zip(positions, positions[1:])), "positions that do not ascend")
        _check(positions[0] >= 0 and positions[-1] < count, "a position outside")
        for position, word in zip(positions, _read_words(reader, exceptions)):
            patterns[position] = word
    return patterns


def _read_values(reader: _Reader, count: int, allowed: Sequence[int]) -> List[int]:
    """The bit patterns of a section of values."""
    head = reader.u8()
    layout, decimal, exponent = head & 3, bool(head & 4), head >> 3
    _check(layout in allowed, f"layout {layout}")
    _check(exponent <= 22 and (decimal or exponent == 0), f"exponent {exponent}")
    _check(layout < 2 or head < 4, f"head {head}")
    if layout < 2:
        distinct = count if layout == 0 else 1
        values = _read_decimals(reader, distinct, exponent) if decimal else _read_words(reader, distinct)
        return values if layout == 0 else values * count
    if layout == 2:
        held = reader.unsigned(count)
        _check(held > 0, "no values")
        bitmap = int.from_bytes(reader.take((count + 7) // 8), "little") & ((1 << count) - 1)
        _check(bitmap & 1 == 1 and bin(bitmap).count("1") == held, "a bitmap of other changes")
        changes = iter(_read_values(reader, held, allowed=(0, 3)))
        patterns: List[int] = []
        for i in range(count):
            patterns.append(next(changes) if bitmap >> i & 1 else patterns[-1])
        return patterns
    distinct = reader.unsigned(4096)
    _check(distinct > 0, "an empty dictionary")
    entries = _read_values(reader, distinct, allowed=(0,))
    indices = _read_column(reader, count)
    _check(all(0 <= index < distinct for index in indices), "an index outside the dictionary")
    return [entries[index] for index in indices]


# Writing chunks


def write_chunk(points: Sequence[Point], stats: bool = False) -> bytes:
    """A chunk of at most 65 536 points."""
    if len(points) > POINTS_MAX:
        raise ValueError(f"{len(points)} points, expected at most {POINTS_MAX}")
    out = bytearray([0xC1, 1 if stats and points else 0])
    out += _unsigned(len(points))
    if points:
        timestamps = [t for t, _ in points]
        if any(abs(t) > TIMESTAMP_MS_MAX for t in timestamps):
            raise ValueError(f"timestamps are within {TIMESTAMP_MS_MAX}")
        patterns = [_bits_of(v) for _, v in points]
        if stats:
            out += _stats(timestamps, [v for _, v in points])
        out += _column(timestamps)
        out += _values(patterns)
    return bytes(out + zlib.crc32(out).to_bytes(4, "little"))


def _unsigned(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def _signed(value: int) -> bytes:
    sign = 0x40 if value < 0 else 0
    magnitude = abs(value)
    first = magnitude & 0x3F | sign
    return bytes([first]) if magnitude < 0x40 else bytes([first | 0x80]) + _unsigned(magnitude >> 6)


def _packed(values: Sequence[int], width: int) -> bytes:
    bits = 0
    for i, value in enumerate(values):
        bits |= value << (i * width)
    return bits.to_bytes((len(values) * width + 7) // 8, "little")


def _zeros_ordered(value: float) -> Tuple[float, int]:
    return value, 0 if _bits_of(value) >> 63 else 1


def _stats(timestamps: Sequence[int], values: Sequence[float]) -> bytes:
    numbers = [v for v in values if v == v] or [float("nan")]
    four = min(numbers, key=_zeros_ordered), max(numbers, key=_zeros_ordered), values[0], values[-1]
    return _signed(min(timestamps)) + _signed(max(timestamps)) + struct.pack("<4d", *four)


def _blocks(residuals: Sequence[int]) -> bytes:
    out = bytearray()
    for start in range(0, len(residuals), BLOCK):
        block = residuals[start : start + BLOCK]
        zigzag = [2 * r if r >= 0 else -2 * r - 1 for r in block]
        base = min(block)
        width, based_width = max(zigzag).bit_length(), (max(block) - base).bit_length()
        if based_width < width:
            out += bytes([based_width | 0x80]) + _signed(base) + _packed([r - base for r in block], based_width)
        else:
            out += bytes([width]) + _packed(zigzag, width)
    return bytes(out)


def _column(integers: Sequence[int]) -> bytes:
    """Regular, reference or delta, whichever is shorter; low bits are set apart where the range is wide."""
    least, greatest = min(integers), max(integers)
    low_bits = max(0, (greatest - least).bit_length() - 30)
    if low_bits > 0:
        highs = [q >> low_bits for q in integers]
        base = min(highs)
        blocks = _blocks([q - base for q in highs])
        lows = _packed([q & ((1 << low_bits) - 1) for q in integers], low_bits)
        return bytes([1 | low_bits << 3]) + _signed(base) + blocks + lows
    deltas = [b - a for a, b in zip(integers, integers[1:])]
    step = deltas[0] if deltas else 0
    if all(delta == step for delta in deltas):
        return bytes([0]) + _signed(integers[0]) + _signed(step)
    reference = bytes([1]) + _signed(least) + _blocks([q - least for q in integers])
    delta = bytes([2]) + _signed(integers[0] - step) + _blocks([step, *deltas])
    return min(reference, delta, key=len)


def _words(patterns: Sequence[int]) -> bytes:
    out = bytearray(patterns[0].to_bytes(8, "little"))
    before = patterns[0]
    for start in range(0, len(patterns), BLOCK):
        block = patterns[start : start + BLOCK]
        differences = [a ^ b for a, b in zip([before, *block], block)]
        before = block[-1]
        seen = 0
        for difference in differences:
            seen |= difference
        zeros = (seen & -seen).bit_length() - 1 if seen else 0
        width = seen.bit_length() - zeros
        out.append(width)
        if 0 < width < 64:
            out.append(zeros)
        shifted = [difference >> zeros for difference in differences]
        out += _packed([d & 0xFFFFFFFF if width > 32 else d for d in shifted], min(width, 32))
        out += _packed([d >> 32 for d in shifted], max(width - 32, 0))
    return bytes(out)


def _decimal(bits: int, exponent: int) -> Optional[int]:
    """The integer that stands for a value, or None."""
    value = _float_of(bits)
    scaled = value * 10.0**exponent
    if not abs(scaled) < 2**51:
        return None
    q = round(scaled)
    return q if _bits_of(float(q) / float(10**exponent)) == bits else None


def _decimals(patterns: Sequence[int], exponent: int) -> bytes:
    integers: List[int] = []
    exceptions: List[int] = []
    for i, bits in enumerate(patterns):
        q = _decimal(bits, exponent)
        if q is None:
            exceptions.append(i)
            q = integers[-1] if integers else 0
        integers.append(q)
    out = _unsigned(len(exceptions)) + _column(integers)
    if exceptions:
        out += _column(exceptions) + _words([patterns[i] for i in exceptions])
    return bytes([4 | exponent << 3]) + out


def _plain(patterns: Sequence[int]) -> bytes:
    forms: List[Callable[[], bytes]] = [lambda: bytes([0]) + _words(patterns)]
    forms += [lambda e=e: _decimals(patterns, e) for e in range(8)]
    return min((form() for form in forms), key=len)


def _values(patterns: Sequence[int]) -> bytes:
    """Constant, held, or plain."""
    changed = [i == 0 or bits != patterns[i - 1] for i, bits in enumerate(patterns)]
    held = [bits for bits, change in zip(patterns, changed) if change]
    if len(held) == 1:
        plain = _plain(held)
        return bytes([plain[0] | 1]) + plain[1:]
    bitmap = _packed([int(change) for change in changed], 1)
    return min(bytes([2]) + _unsigned(len(held)) + bitmap + _plain(held), _plain(patterns), key=len)
