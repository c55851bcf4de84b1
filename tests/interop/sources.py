"""What sources attest [attestation.md]."""

from dataclasses import dataclass

from canonical import Bytes, Malformed, sha256
from ed25519 import signed_by


@dataclass
class Attestation:
    shard: int
    seq: int
    reg: int
    source: str
    first: int
    last: int
    digest: bytes
    signature: bytes
    body: bytes  # without the signature


def read_attestation(record):
    if record.version != 1:
        raise Malformed(f"version {record.version}")
    b = Bytes(record.body)
    a = Attestation(record.shard, record.seq, record.reg, b.str8(), b.u64(), b.u64(), b.take(32), b.take(64),
                    record.body[:-64])
    b.end()
    if a.source != record.source or not 1 <= a.first <= a.last:
        raise Malformed("of another source, or backwards")
    return a


def registered(record):
    """(source, key or None) of a source.registered; None where it cannot be read."""
    if record.version != 1:
        return None
    try:
        b = Bytes(record.body)
        source = b.str8()
        b.opt(b.str8), b.opt(b.str8), b.opt(b.u64)
        key = b.opt(lambda: b.take(32))
        b.opt(lambda: b.vec(b.str8)), b.opt(lambda: b.vec(b.str8)), b.vec(b.str8)
        b.end()
        return source, key
    except Malformed:
        return None


class Sources:
    def __init__(self, ledger_id):
        self.ledger_id = ledger_id
        self.keys = []          # (seq, source, key)
        self.statements = {}    # of source: (number, hash)
        self.attestations = []

    def take(self, record):
        """May raise Malformed: an attestation that is none."""
        if record.type == "source.registered" and record.shard == 0 and (named := registered(record)):
            self.keys.append((record.seq, *named))
        if record.type == "source.attested":
            self.attestations.append(read_attestation(record))
        elif record.sequence:
            self.statements.setdefault(record.source, []).append((record.sequence, record.statement_hash))

    def judge(self, cuts, registry_size, all_read, fault):
        claimed = {}
        for a in sorted(self.attestations, key=lambda a: (a.shard, a.seq)):
            if a.seq >= cuts[a.shard] or a.reg > registry_size:
                continue
            key = None
            for seq, source, named in self.keys:
                if source == a.source and seq < a.reg:
                    key = named
            message = b"CSA1" + self.ledger_id + a.body
            if key is None or not signed_by(key, message, a.signature):
                fault("attested_signature", a.shard, a.seq, a.source)
                continue
            if a.first <= claimed.get(a.source, 0):
                fault("attested_form", a.shard, a.seq, f"from {a.first}, claimed already")
                continue
            claimed[a.source] = a.last
            rows = sorted(row for row in self.statements.get(a.source, []) if a.first <= row[0] <= a.last)
            if len({number for number, _ in rows}) != a.last - a.first + 1:
                if all_read:
                    fault("attested_missing", a.shard, a.seq, f"{a.first} to {a.last} of {a.source}")
            elif len(rows) != a.last - a.first + 1 or sha256(*(hashed for _, hashed in rows)) != a.digest:
                fault("attested_digest", a.shard, a.seq, f"{a.first} to {a.last} of {a.source}")
