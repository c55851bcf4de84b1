"""Descriptor, record, blob [record.md]."""

import re
from dataclasses import dataclass

from canonical import Bytes, Malformed, sha256


@dataclass
class Descriptor:
    ledger_id: bytes
    origin: str
    shards: int
    signer: bytes
    governed: bool

    def origin_of(self, shard):
        return self.origin[:-1] + str(shard)


def read_descriptor(data):
    d = Bytes(data)
    d.mark(b"CSD1")
    ledger_id = d.take(16)
    d.str8()
    origin = d.str8()
    d.time()
    shards, hash_code, signer = d.u32(), d.u8(), d.take(32)
    founders = d.vec(lambda: (d.str8(), d.take(32)))
    d.opt(lambda: (d.str16(), d.u64(), d.take(32)))
    d.end()
    if not 1 <= shards <= 64 or hash_code != 1 or not origin.endswith("/0"):
        raise Malformed("shards, hash or origin out of range")
    return Descriptor(ledger_id, origin, shards, signer, bool(founders))


@dataclass
class Record:
    shard: int
    seq: int
    sealed_at: int
    reg: int
    intake: int
    prev: bytes
    seen: int
    principal: str
    method: int
    subject: bytes
    blob: bytes
    type: str
    version: int
    id: bytes
    source: str
    source_id: str
    sequence: int
    time: int
    actor: str
    operation: bytes
    values_commit: bytes
    body: bytes
    leaf: bytes
    statement_hash: bytes


def read_record(data):
    r = Bytes(data)
    r.mark(b"CSR1")
    seal = dict(shard=r.u32(), seq=r.u64(), sealed_at=r.time(), reg=r.u64(), intake=r.u64(), prev=r.take(32))
    r.mark(b"CST1")
    r.time()
    seen = r.u64()
    r.str8()
    principal = r.str8()
    method = r.u8()
    if method > 4:
        raise Malformed(f"method {method}")
    r.take(32)
    stamp = dict(seen=seen, principal=principal, method=method, subject=r.take(16), blob=r.take(32))
    statement_at = r.at
    r.mark(b"CEV1")
    head = dict(type=r.str8(), version=r.u16(), id=r.take(16), source=r.str8(), source_id=r.str8())
    head |= dict(sequence=r.u64(), time=r.instant(), actor=r.str8())
    r.str8(), r.str8(), r.str8()
    head |= dict(operation=r.take(16))
    r.str8(), r.str8(), r.str8()
    statement = dict(values_commit=r.take(32), body=r.bytes32())
    r.end()
    return Record(**seal, **stamp, **head, **statement, leaf=sha256(b"\x00", data),
                  statement_hash=sha256(data[statement_at:]))


UUID7 = re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")


def id_of(record):
    source_id = record.source_id
    if UUID7.fullmatch(source_id):
        ms = int(source_id.replace("-", "")[:12], 16)
    else:
        ms = record.time // 1000
    h = int.from_bytes(sha256(record.source.encode(), b"\x00", source_id.encode()), "big") >> (256 - 74)
    bits = (ms & (1 << 48) - 1) << 80 | 0b1000 << 76 | (h >> 62) << 64 | 0b10 << 62 | h & (1 << 62) - 1
    return bits.to_bytes(16, "big")


SHARD_OF_ITS_OWN = ("sealer.started", "event.conflicted", "event.refused")
SHARD_OF_SOURCE = ("operation.closed", "source.attested")


def belongs(record, shards):
    if shards == 1:
        return record.shard == 0
    spread = lambda key: 1 + int.from_bytes(key[:8], "little") % (shards - 1)
    if record.type in SHARD_OF_ITS_OWN:
        return True
    if any(record.subject):
        return record.shard == spread(record.subject)
    if record.type.startswith(("data.", "dataset.")) or record.type in SHARD_OF_SOURCE:
        return record.shard == spread(sha256(record.source.encode()))
    return record.shard == 0


def blob_digest(data):
    """The digest of a blob, and whether a section was taken out of it."""
    b = Bytes(data)
    b.mark(b"CSB1")
    sections = []
    taken_out = False

    def section():
        nonlocal taken_out
        start = b.at
        b.take(16)
        salt = b.take(32)
        there = bool(b.bytes32())
        sections.append(sha256(data[start:b.at]) if there else salt)
        taken_out = taken_out or not there

    b.vec(section)
    b.end()
    if not sections:
        raise Malformed("a blob without sections")
    return sha256(b"CSB1", *sections), taken_out


@dataclass
class Term:
    term: int
    intake_id: bytes
    start: int


def read_term(record):
    if record.version != 1:
        raise Malformed(f"version {record.version}")
    b = Bytes(record.body)
    term = Term(b.u64(), b.take(16), b.u64())
    b.str8()
    b.end()
    return term


@dataclass
class Round:
    round: int
    closed_at: int
    sizes: list  # (size, root) of shard 1, 2, ...


def read_round(record, shards):
    if record.version != 1:
        raise Malformed(f"version {record.version}")
    b = Bytes(record.body)
    number, closed_at = b.u64(), b.time()
    named = b.vec(lambda: (b.u32(), b.u64(), b.take(32)))
    anchor = b.opt(lambda: (b.u64(), b.take(32), b.time()))
    b.end()
    if [shard for shard, _, _ in named] != list(range(1, shards)):
        raise Malformed("not every shard once, in order")
    if anchor and not 1 <= anchor[0] < number:
        raise Malformed(f"an anchor at round {anchor[0]}")
    return Round(number, closed_at, [(size, root) for _, size, root in named])
