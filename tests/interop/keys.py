"""Which keys sign for the ledger [keys.md]."""

from dataclasses import dataclass

from canonical import Bytes, Malformed

FOREVER = 2**64
MOST_KEYS = MOST_ACTS = 64


@dataclass
class Key:
    key: bytes
    since: int
    until: int = FOREVER


def names(b):
    rows = b.vec(b.str8)
    if rows != sorted(set(rows)):
        raise Malformed("names out of order")
    b.end()


def key_of(record):
    """The key that a key.added or key.retired is about; None where it is about none that signs checkpoints."""
    try:
        if record.version != 1:
            return None
        b = Bytes(record.body)
        key = b.take(32)
        if record.type == "key.added" and b.str8() != "checkpoint":
            return None
        b.opt(b.str8)
        names(b)
        return key
    except Malformed:
        return None


def confirmed(record):
    try:
        if record.version != 1:
            return None
        b = Bytes(record.body)
        place = b.u32(), b.u64(), b.take(32)
        names(b)
        return place
    except Malformed:
        return None


def in_person(record):
    return record.method in (1, 2, 4) and record.actor == record.principal and record.actor.startswith("person:")


class Keys:
    def __init__(self, descriptor):
        self.governed = descriptor.governed
        self.keys = [Key(descriptor.signer, 0)]
        self.waiting = []

    def take(self, record):
        if record.type in ("key.added", "key.retired"):
            key = key_of(record)
            if key is None:
                return
            if not self.governed:
                self.apply(record.type, key, record.seq + 1)
            elif in_person(record):
                self.waiting = self.waiting[-(MOST_ACTS - 1):] + [(record, key)]
        elif record.type == "act.confirmed" and self.governed and in_person(record):
            place = confirmed(record)
            for act in self.waiting:
                first, key = act
                if place == (first.shard, first.seq, first.leaf) and first.actor != record.actor:
                    self.waiting.remove(act)
                    return self.apply(first.type, key, record.seq + 1)

    def apply(self, what, key, size):
        known = [each for each in self.keys if each.key == key]
        if what == "key.added" and not known and len(self.keys) < MOST_KEYS:
            self.keys.append(Key(key, size))
        if what == "key.retired" and known and known[0].until == FOREVER:
            if any(each.until == FOREVER for each in self.keys if each.key != key):
                known[0].until = size

    def signed(self, checkpoint, signatures, shard, reg, word_of):
        """True, False, or None: no key that is known has signed it."""
        good = bad = 0
        for each in self.keys:
            valid, invalid = word_of(checkpoint, signatures, each.key)
            in_force = each.since <= checkpoint.size < each.until if shard == 0 else reg < each.until
            good += valid if in_force else 0
            bad += invalid + (0 if in_force else valid)
        return None if not good and not bad else not bad
