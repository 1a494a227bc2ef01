"""Turns chunks into records and back: the same points, as bytes that other programs compare.

    python3 convert.py decode IN.chunk OUT.records --id 00112233-4455-6677-8899-aabbccddeeff
    python3 convert.py encode IN.records OUT.chunk [--stats]
    python3 convert.py inspect IN.chunk

The paths may be repeated in pairs: IN OUT IN OUT ...
"""

import argparse
import sys
import uuid
from pathlib import Path

import windrow_codec as codec


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["decode", "encode", "inspect"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--id", type=uuid.UUID, default=uuid.UUID(int=0), help="metric id of decoded records")
    parser.add_argument("--stats", action="store_true", help="write statistics into chunks")
    arguments = parser.parse_args()
    paths = arguments.paths
    try:
        if arguments.action == "inspect":
            for path in paths:
                print(path.name, codec.read_chunk_info(path.read_bytes()))
            return 0
        if len(paths) % 2 != 0:
            parser.error("paths come in pairs: IN OUT")
        for source, target in zip(paths[::2], paths[1::2]):
            data = source.read_bytes()
            if arguments.action == "decode":
                points = codec.read_chunk(data)
                target.write_bytes(codec.write_records((arguments.id, t, v) for t, v in points))
            else:
                points = [(t, v) for _, t, v in codec.read_records(data)]
                target.write_bytes(codec.write_chunk(points, arguments.stats))
    except codec.FormatError as error:
        print(f"{source if arguments.action != 'inspect' else path}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
