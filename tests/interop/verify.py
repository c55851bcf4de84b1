#!/usr/bin/env python3
"""Verifies what `custody log --raw` writes. Made from docs/formats alone, of nothing but Python's library.

    verify.py [--descriptor HASH] [--saved FILE] FILE|-

    HASH: SHA-256 of the descriptor to trust, in hexadecimal; FILE after --saved: what custody-verify saw last

One fault a line, `KIND SHARD:SEQ what`, the first fault first; or one line `valid`. Exit status: 0 valid, 1 a fault,
2 usage, 4 a saved head that is damaged. Names in brackets are the pages that say so.
"""

import argparse
import re
import sys

from canonical import Bytes, Malformed, sha256
from log import KINDS, Log

MAX_DESCRIPTOR, MAX_FRAME, MAX_NOTES = 1 << 20, 4 << 20, 4096


class Stream:
    def __init__(self, file):
        self.file = file

    def take(self, size):
        data = self.file.read(size)
        if len(data) != size:
            raise Malformed("the stream ends early")
        return data

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def bytes32(self, limit):
        size = self.number(4)
        if size > limit:
            raise Malformed(f"{size} bytes where {limit} may be")
        return self.take(size)


def read_frames(stream, log):
    notes = entries = 0
    while True:
        kind = stream.number(1)
        if kind == 3:
            count = stream.number(8)
            if count != notes + entries:
                raise Malformed(f"{count} notes and entries, {notes + entries} were there")
            if stream.file.read(1):
                raise Malformed("bytes behind the end")
            return
        if kind not in (1, 2):
            raise Malformed(f"a frame {kind}")
        shard = stream.number(4)
        if shard >= len(log.shards):
            raise Malformed(f"shard {shard}")
        data = stream.bytes32(MAX_FRAME)
        if kind == 1:
            entries += 1
            log.entry(shard, data)
        else:
            notes += 1
            if entries or notes > MAX_NOTES:
                raise Malformed("a note after entries, or too many")
            log.note(shard, data)


def read_saved(data):
    s = Bytes(data)
    s.mark(b"CSH1")
    descriptor = s.take(32)
    heads = s.vec(lambda: (s.u32(), s.u64(), s.take(32), s.take(32)))
    s.end()
    return descriptor, heads


def verify(file, trusted=None, saved=None):
    """The faults of a raw log, first first: (shard, seq, order, kind, what)."""
    stream = Stream(file)
    faults = []
    fault = lambda kind, what: faults.append((0, 0, KINDS.index(kind), kind, what))
    try:
        if stream.take(4) != b"CSX1":
            raise Malformed("not a raw log")
        descriptor = stream.bytes32(MAX_DESCRIPTOR)
    except Malformed as error:
        fault("raw_form", str(error))
        return faults
    if trusted is not None and sha256(descriptor) != trusted:
        fault("descriptor", "not the one trusted")
    try:
        log = Log(descriptor)
    except Malformed as error:
        fault("descriptor", str(error))
        return faults
    if saved is not None:
        log.expect(saved)
    try:
        read_frames(stream, log)
    except Malformed as error:
        fault("raw_form", str(error))
        for shard in log.shards:
            shard.ended = True
    log.finish()
    return sorted(faults + log.faults)


def hash_text(text):
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("64 hexadecimal digits")
    return bytes.fromhex(text)


def main():
    parser = argparse.ArgumentParser(usage="verify.py [--descriptor HASH] [--saved FILE] FILE|-")  # exits with 2
    parser.add_argument("--descriptor", type=hash_text)
    parser.add_argument("--saved", type=argparse.FileType("rb"))
    parser.add_argument("file", type=argparse.FileType("rb"))
    arguments = parser.parse_args()
    try:
        saved = read_saved(arguments.saved.read()) if arguments.saved else None
    except Malformed as error:
        print("the saved head:", error, file=sys.stderr)
        return 4
    faults = verify(arguments.file, arguments.descriptor, saved)
    for shard, seq, _, kind, what in faults:
        print(f"{kind} {shard}:{seq} {what}")
    if not faults:
        print("valid")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
