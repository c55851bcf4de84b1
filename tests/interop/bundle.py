#!/usr/bin/env python3
"""Judges an evidence bundle. Made from docs/formats alone, of nothing but Python's library.

    bundle.py --trust VKEYFILE FILE

One line: proved, fault, other_ledger, unknown_signer or no_evidence, and why. Exit status as `custody check`: 0 proved,
1 a fault, 2 usage, 5 no evidence. Names in brackets are the pages that say so.
"""

import argparse
import re
import sys
import uuid

from canonical import Bytes, Malformed, sha256
from checkpoints import base64_bytes, read_checkpoint, read_signatures, split_note, word_of
from records import read_descriptor, read_record, read_round

MAX_BUNDLE = 256 << 20
NEEDED = (1, 2, 3, 4, 5)


class Verdict(Exception):
    def __init__(self, word, why):
        super().__init__(f"{word}: {why}")
        self.word = word


def fault(why):
    return Verdict("fault", why)


def read_vkey(line):
    name, _, key = line.split("+", 2)
    data = base64_bytes(key)
    if data[0] != 1 or len(data) != 33:
        raise Malformed("not a log's key")
    return name, data[1:]


class Question:
    """What was asked [bundle.md, The question]."""

    def __init__(self, data):
        b = Bytes(data)
        self.by, self.what, self.since, self.to = b.str8(), b.str8(), b.u64(), b.u64()
        b.end()
        if self.by in ("customer", "operation"):
            if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", self.what):
                raise Malformed("not a UUID")
            self.id = uuid.UUID(self.what).bytes
            if not any(self.id):
                raise Malformed("an id of zeros")
        elif self.by == "range":
            number = "(0|[1-9][0-9]*)"
            match = re.fullmatch(f"{number}:{number}-{number}", self.what)
            if not match:
                raise Malformed("not a range")
            self.shard, self.first, self.last = map(int, match.groups())
            if self.shard >= 2**32 or self.last >= 2**64 or self.last < self.first:
                raise Malformed("not a range")
        elif self.by != "actor" or not self.what:
            raise Malformed("a question that nobody asks")

    def asks_for(self, record):
        return {"customer": lambda: record.subject == self.id,
                "actor": lambda: record.actor == self.what,
                "operation": lambda: record.operation == self.id,
                "range": lambda: record.shard == self.shard and self.first <= record.seq <= self.last}[self.by]()


def read_parts(data):
    b = Bytes(data)
    b.mark(b"CEB1")
    version, length = b.u16(), b.u64()
    if version != 1:
        raise Malformed(f"version {version}")
    if length != len(data) or length > MAX_BUNDLE:
        raise Malformed(f"{length} bytes are said, {len(data)} are there")
    parts, before = {}, 0
    while b.at < len(data):
        kind, body = b.u8(), b.bytes32()
        if kind <= before:
            raise Malformed("parts that do not ascend")
        if kind < 128 and kind not in NEEDED:
            raise Malformed(f"a newer version, with a part {kind}")
        parts[kind], before = body, kind
    for kind in NEEDED:
        if kind not in parts:
            raise Malformed(f"part {kind} is missing")
    return parts


def read_vec(data, read):
    b = Bytes(data)
    items = b.vec(lambda: read(b))
    b.end()
    return items


def root_of(leaves, nodes, begin, end):
    """[bundle.md, The tree of many leaves]; leaves: (index, hash), ascending."""
    if not leaves:
        return next(nodes)
    if end - begin == 1:
        return leaves[0][1]
    middle = begin + (1 << (end - begin - 1).bit_length() - 1)
    left = [leaf for leaf in leaves if leaf[0] < middle]
    right = leaves[len(left):]
    return sha256(b"\x01", root_of(left, nodes, begin, middle), root_of(right, nodes, middle, end))


def prove(records, size, root, nodes, what):
    """Whether these records lead to the root."""
    places = [record.seq for record in records]
    if not places or places != sorted(set(places)) or places[-1] >= size:
        raise fault(f"{what} do not lead to the root: impossible places")
    rest = iter(nodes)
    try:
        found = root_of([(record.seq, record.leaf) for record in records], rest, 0, size)
    except StopIteration as error:
        raise fault(f"{what} do not lead to the root: a node is missing") from error
    if found != root or next(rest, None) is not None:
        raise fault(f"{what} do not lead to the root")


def is_own(record, of_type):
    return record.type == of_type and record.source.startswith("custody:")


class Bundle:
    def __init__(self, data):
        self.parts = read_parts(data)
        self.question = Question(self.parts[2])
        record = lambda b: self.record(b.bytes32())
        self.supporting = read_vec(self.parts[3], record)
        self.records = read_vec(self.parts[4], record)
        trees = read_vec(self.parts[5], lambda b: (b.u32(), b.vec(lambda: b.take(32))))
        if [shard for shard, _ in trees] != sorted({shard for shard, _ in trees}):
            raise Malformed("trees that do not ascend")
        self.trees = dict(trees)
        self.values = []

    @staticmethod
    def record(data):
        if not 72 <= len(data) <= 65_535:
            raise Malformed("a record of a length that none has")
        try:
            return read_record(data)
        except Malformed as error:  # its bytes were altered, or it never was one: both are told by the tree
            raise fault(f"a record that cannot be read: {error}") from error

    def judge(self, name, key):
        self.judge_note(name, key)
        self.judge_registry()
        self.judge_rounds()
        self.judge_shards()
        self.judge_answer()
        if 128 in self.parts:
            self.judge_values()

    def judge_note(self, name, key):
        body, rest = split_note(self.parts[1])
        self.checkpoint, signatures = read_checkpoint(body), read_signatures(rest)
        if self.checkpoint.origin != name:
            raise Verdict("other_ledger", self.checkpoint.origin)
        key_hash = sha256(name.encode(), b"\n\x01", key)[:4]
        if not any((signer, hashed) == (name, key_hash) for signer, hashed, _ in signatures):
            raise Verdict("unknown_signer", "signed by another key")
        valid, invalid = word_of(self.checkpoint, signatures, key)
        if not valid or invalid:
            raise fault("the signature does not hold")

    def judge_registry(self):
        places = [(record.shard, record.seq) for record in self.records]
        if places != sorted(set(places)):
            raise fault("records that do not ascend")
        if any(record.shard for record in self.supporting):
            raise fault("a supporting record of another shard")
        seqs = [record.seq for record in self.supporting]
        if seqs != sorted(set(seqs)):
            raise fault("supporting records that do not ascend")
        self.registry = self.supporting + [record for record in self.records if record.shard == 0]
        self.registry.sort(key=lambda record: record.seq)
        prove(self.registry, self.checkpoint.size, self.checkpoint.root, self.trees.get(0, []), "records of shard 0")
        first = self.registry[0]
        if first.seq != 0 or not is_own(first, "ledger.created"):
            raise fault("the first record is missing")
        self.descriptor = read_descriptor(first.body)
        if first.prev != sha256(first.body) or self.descriptor.origin != self.checkpoint.origin:
            raise fault("of another ledger")

    def judge_rounds(self):
        last = self.registry[-1]
        if last.seq + 1 != self.checkpoint.size or not is_own(last, "ledger.round"):
            raise fault("the round is missing")
        self.last, self.last_seq = read_round(last, self.descriptor.shards), last.seq
        if self.last.round != self.question.to:
            raise fault("the checkpoint is that of another round")
        self.first, self.first_seq = None, 0
        for record in self.registry:
            if is_own(record, "ledger.round"):
                found = read_round(record, self.descriptor.shards)
                if found.round == self.question.since:
                    self.first, self.first_seq = found, record.seq
        if self.question.since and not self.first:
            raise fault("the round of the beginning is missing")

    def judge_shards(self):
        shards = {record.shard for record in self.records} | {0}
        for shard in sorted(shards - {0}):
            if shard >= self.descriptor.shards:
                raise fault(f"there is no shard {shard}")
            size, root = self.last.sizes[shard - 1]
            its = [record for record in self.records if record.shard == shard]
            prove(its, size, root, self.trees.get(shard, []), f"records of shard {shard}")
        if set(self.trees) != shards:
            raise fault("a tree of a shard without records")

    def window(self, shard):
        if shard == 0:
            return self.first_seq, self.last_seq
        return self.first.sizes[shard - 1][0] if self.first else 0, self.last.sizes[shard - 1][0]

    def judge_answer(self):
        for record in self.records:
            begin, end = self.window(record.shard)
            if not self.question.asks_for(record) or not begin <= record.seq < end:
                raise fault(f"{record.shard}:{record.seq} is no answer")
        if self.question.by == "range" and self.question.shard < self.descriptor.shards:
            begin, end = self.window(self.question.shard)
            wanted = min(end, self.question.last + 1) - max(begin, self.question.first)
            if len(self.records) != max(wanted, 0):
                raise fault("records of the range are left out")

    def judge_values(self):
        """[bundle.md 7, values.md]"""
        by_place = {(record.shard, record.seq): record for record in self.records}
        opened = lambda b: (b.take(32), b.u8(), b.bytes32())
        read_field = lambda b: (b.str8(), b.take(32), b.opt(lambda: opened(b)))
        entries = read_vec(self.parts[128], lambda b: ((b.u32(), b.u64()), b.vec(lambda: read_field(b))))
        if [place for place, _ in entries] != sorted({place for place, _ in entries}):
            raise fault("values that are not in order")
        for place, fields in entries:
            if place not in by_place:
                raise fault(f"values of a record {place} that is not there")
            names = [name for name, _, _ in fields]
            if names != sorted(set(names), key=str.encode):
                raise Malformed("fields that do not ascend")
            committed = b"".join(bytes([len(name.encode())]) + name.encode() + c for name, c, _ in fields)
            if sha256(b"CSV1", len(fields).to_bytes(2, "little"), committed) != by_place[place].values_commit:
                raise fault(f"not the fields that {place} commits to")
            for name, commitment, value in fields:
                if value:
                    self.judge_value(place, name, commitment, *value)

    def judge_value(self, place, name, commitment, salt, kind, value):
        data = sha256(value) if kind == 3 else value
        if kind not in (1, 2, 3) or commitment != sha256(b"CSF1", salt, bytes([kind]), len(data).to_bytes(4, "little"), data):
            raise fault(f"not the value of {name} that {place} commits to")
        self.values.append((place, name, value))


def judge(data, vkey):
    """The bundle, or Verdict."""
    name, key = read_vkey(vkey)
    try:
        bundle = Bundle(data)
        bundle.judge(name, key)
    except Malformed as error:
        raise Verdict("no_evidence", str(error)) from error
    return bundle


def main():
    parser = argparse.ArgumentParser(usage="bundle.py --trust VKEYFILE FILE")  # exits with 2
    parser.add_argument("--trust", type=argparse.FileType("r"), required=True)
    parser.add_argument("file", type=argparse.FileType("rb"))
    arguments = parser.parse_args()
    try:
        bundle = judge(arguments.file.read(MAX_BUNDLE + 1), arguments.trust.read().strip())
    except Verdict as verdict:
        print(verdict)
        return 1 if verdict.word == "fault" else 5
    print(f"proved: {len(bundle.records)} records up to round {bundle.last.round}, {len(bundle.values)} values")
    return 0


if __name__ == "__main__":
    sys.exit(main())
