#!/usr/bin/env python3
"""bundle.py against the golden bundles, and on bundles freshly made of the two examples: the verdicts of `custody
check`. The program is that of CUSTODY_BIN; CUSTODY_INTEROP_SEED repeats a run."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from bundle import Verdict, judge, read_parts, read_vec
from canonical import sha256

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests/vectors/bundle"
CUSTODY = os.environ["CUSTODY_BIN"]
SEED = int(os.environ.get("CUSTODY_INTEROP_SEED", random.randrange(2**32)))


def word(data, vkey):
    try:
        judge(data, vkey)
    except Verdict as verdict:
        return verdict.word
    return "proved"


class GoldenBundles(unittest.TestCase):
    def test_each_has_the_verdict_of_the_table(self):
        row = re.compile(r"\| (\S+\.bundle) \| (\S+) \|")
        table = {m[1]: m[2] for m in map(row.match, (VECTORS / "README.md").read_text().splitlines()) if m}
        self.assertEqual(sorted(table), sorted(path.name for path in VECTORS.glob("*.bundle")))
        vkey = (VECTORS / "operator.vkey").read_text().strip()
        for name, verdict in table.items():
            with self.subTest(name):
                self.assertEqual(word((VECTORS / name).read_bytes(), vkey), verdict)


class Made(unittest.TestCase):
    @classmethod
    def custody(cls, *arguments, expected=0):
        done = subprocess.run([CUSTODY, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == expected, (arguments, done.returncode, done.stderr)
        return done.stdout

    def bundle(self, *question):
        path = Path(self.folder.name, "made.bundle")
        self.custody("bundle", *question, "-o", str(path), *self.home)
        return path.read_bytes()


class FreshBundles(Made):
    RUNS = 60

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.home = ["--data", cls.folder.name + "/data", "--keys", cls.folder.name + "/keys"]
        cls.custody("init", "--shards", "3", *cls.home)
        crm = ROOT / "examples/crm"
        cls.custody("import", "csv", "--map", str(crm / "mapping.toml"), *map(str, sorted(crm.glob("*.csv"))), *cls.home)
        cls.custody("import", "cloudtrail", str(ROOT / "examples/cloudtrail"), *cls.home)
        cls.vkey = cls.custody("checkpoint", "--vkey", *cls.home).strip()
        cls.trust = cls.folder.name + "/operator.vkey"
        Path(cls.trust).write_text(cls.vkey + "\n")

    def theirs(self, data):
        path = Path(self.folder.name, "checked.bundle")
        path.write_bytes(data)
        done = subprocess.run([CUSTODY, "check", str(path), "--trust", self.trust, "--json"], capture_output=True,
                              text=True, check=False)
        return json.loads(done.stdout)["verdict"]

    def test_what_is_made_is_proved_and_the_values_are_the_customers(self):
        data = self.bundle("--customer", "C-10017", "--disclose", "subject,phone", "--reason", "audit")
        bundle = judge(data, self.vkey)
        self.assertGreater(len(bundle.records), 3)
        self.assertIn(b"C-10017", [value for _, name, value in bundle.values if name == "subject"])
        for question in (("--actor", "person:finn.oakes"), ("--range", "1:5-300"), ("--range", "0:0-3")):
            self.assertGreater(len(judge(self.bundle(*question), self.vkey).records), 3)

    def test_both_judge_what_is_broken_at_random_alike(self):
        data = self.bundle("--customer", "C-10017", "--disclose", "phone", "--reason", "audit")
        words = set()
        for run in range(self.RUNS):
            seed = f"{SEED}/{run}"
            rng = random.Random(seed)
            broken = bytearray(data)
            broken[rng.randrange(rng.choice((64, len(broken))))] ^= 1 << rng.randrange(8)
            if rng.random() < 0.1:
                del broken[rng.randrange(len(broken)):]
            with self.subTest(seed=seed):
                ours, theirs = word(bytes(broken), self.vkey), self.theirs(bytes(broken))
                # An altered record that can no longer be read is a fault to one, no evidence to the other.
                self.assertEqual(ours == "proved", theirs == "proved")
                words.add(ours)
        self.assertIn("fault", words)


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01", root_of(leaves[:middle]), root_of(leaves[middle:]))


def nodes_beside(places, leaves, begin=0):
    """[bundle.md, The tree of many leaves]; places: ascending, of those shown."""
    if not places:
        return [root_of(leaves)]
    if len(leaves) == 1:
        return []
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    left = [place for place in places if place < begin + middle]
    return (nodes_beside(left, leaves[:middle], begin)
            + nodes_beside(places[len(left):], leaves[middle:], begin + middle))


def vec(items):
    return len(items).to_bytes(4, "little") + b"".join(items)


def bytes32(data):
    return len(data).to_bytes(4, "little") + data


def file_of(parts):
    body = b"".join(bytes([kind]) + bytes32(part) for kind, part in sorted(parts.items()))
    return b"CEB1" + (1).to_bytes(2, "little") + (14 + len(body)).to_bytes(8, "little") + body


class LeftOut(Made):
    """Who has the ledger can make a bundle without a record that it should hold, with every proof in order."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.home = ["--data", cls.folder.name + "/data", "--keys", cls.folder.name + "/keys"]
        cls.trust = cls.folder.name + "/operator.vkey"

    def emit(self, *numbers):
        for number in numbers:
            event = {"specversion": "1.0", "id": f"o{number}", "type": "archive.opened", "source": "urn:crm",
                     "time": "2026-03-01T10:00:00Z", "subject": f"C-{number}", "actor": "person:ana", "step": "step:sales",
                     "data": {"opener": "person:ana", "channel": "sales"}}
            path = Path(self.folder.name, "event.json")
            path.write_text(json.dumps(event))
            self.custody("emit", str(path), *self.home)

    def without(self, parts, record, leaves):
        """As its maker would have made it without the record."""
        supporting = read_vec(parts[3], lambda b: b.bytes32())
        records = [each for each in read_vec(parts[4], lambda b: b.bytes32()) if each != record]
        places = sorted(leaves.index(sha256(b"\0", each)) for each in supporting + records)
        tree = (0).to_bytes(4, "little") + vec(nodes_beside(places, leaves))
        return {**parts, 4: vec([bytes32(each) for each in records]), 5: vec([tree])}

    def test_a_record_that_is_left_out_of_an_attested_view_is_named(self):
        self.emit(1, 2, 3, 4)
        self.custody("attest-views", *self.home)
        vkey = self.custody("checkpoint", "--vkey", *self.home).strip()
        Path(self.trust).write_text(vkey + "\n")
        data = self.bundle("--actor", "person:ana")
        whole, parts = judge(data, vkey), read_parts(data)
        self.assertEqual(len(whole.records), 4)
        self.emit(5)  # so that a later round covers each record of the one before
        size = whole.checkpoint.size
        everything = read_parts(self.bundle("--range", f"0:0-{size - 1}"))
        leaves = [sha256(b"\0", record) for record in read_vec(everything[4], lambda b: b.bytes32())]
        self.assertEqual(root_of(leaves), whole.checkpoint.root)
        self.assertEqual(file_of(parts), data)
        for record in read_vec(parts[4], lambda b: b.bytes32()):
            fewer = self.without(parts, record, leaves)
            place = leaves.index(sha256(b"\0", record))
            self.assertEqual(len(judge(file_of(fewer), vkey).records), 3)  # which judges no part 131
            path = Path(self.folder.name, "fewer.bundle")
            path.write_bytes(file_of(fewer))
            said = json.loads(self.custody("check", str(path), "--trust", self.trust, "--json", expected=1))
            self.assertIn(f"it leaves out record 0:{place}, ", said["reason"])
            del fewer[131]  # without it nobody can tell, and nobody is told that these are all
            path.write_bytes(file_of(fewer))
            self.assertIn("NOT PROVED  that these are all records", self.custody("check", str(path), "--trust", self.trust))


if __name__ == "__main__":
    print(f"CUSTODY_INTEROP_SEED={SEED}", file=sys.stderr)
    unittest.main(verbosity=2)
