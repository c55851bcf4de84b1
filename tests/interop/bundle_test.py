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

from bundle import Verdict, judge

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


class FreshBundles(unittest.TestCase):
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

    @classmethod
    def custody(cls, *arguments, expected=0):
        done = subprocess.run([CUSTODY, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == expected, (arguments, done.returncode, done.stderr)
        return done.stdout

    def bundle(self, *question):
        path = Path(self.folder.name, "made.bundle")
        self.custody("bundle", *question, "-o", str(path), *self.home)
        return path.read_bytes()

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


if __name__ == "__main__":
    print(f"CUSTODY_INTEROP_SEED={SEED}", file=sys.stderr)
    unittest.main(verbosity=2)
