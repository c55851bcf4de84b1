"""Canonical bytes [bytes.md]."""

import hashlib


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


END_OF_TIME = 253_402_300_800_000_000  # microseconds: 10000-01-01T00:00:00Z


class Malformed(Exception):
    """These bytes are not what they should be."""


class Bytes:
    """Takes a value off its bytes, never more than there are."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise Malformed(f"{size} bytes wanted at {self.at}, {len(self.data) - self.at} left")
        self.at += size
        return self.data[self.at - size:self.at]

    def rest(self):
        return self.take(len(self.data) - self.at)

    def end(self):
        if self.at != len(self.data):
            raise Malformed(f"{len(self.data) - self.at} bytes left over")

    def number(self, size, signed=False):
        return int.from_bytes(self.take(size), "little", signed=signed)

    def u8(self):
        return self.number(1)

    def u16(self):
        return self.number(2)

    def u32(self):
        return self.number(4)

    def u64(self):
        return self.number(8)

    def i64(self):
        return self.number(8, signed=True)

    def time(self):
        """Microseconds alone, of the years 1970 to 9999."""
        time = self.i64()
        if not 0 <= time < END_OF_TIME:
            raise Malformed("a time that is not of 1970 to 9999")
        return time

    def instant(self):
        time, offset = self.time(), self.number(2, signed=True)
        if abs(offset) > 1439 or time + offset * 60_000_000 >= END_OF_TIME:
            raise Malformed(f"an offset of {offset} minutes")
        return time

    def mark(self, mark):
        if self.take(4) != mark:
            raise Malformed(f"{mark.decode()} is not there")

    def text(self, size):
        try:
            return self.take(size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("not UTF-8") from error

    def str8(self):
        return self.text(self.u8())

    def str16(self):
        return self.text(self.u16())

    def bytes32(self):
        return self.take(self.u32())

    def opt(self, read):
        there = self.u8()
        if there > 1:
            raise Malformed(f"an option of {there}")
        return read() if there else None

    def vec(self, read):
        count = self.u32()
        if count > len(self.data) - self.at:  # no element is empty
            raise Malformed(f"{count} elements in {len(self.data) - self.at} bytes")
        return [read() for _ in range(count)]
