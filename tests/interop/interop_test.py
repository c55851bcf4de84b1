#!/usr/bin/env python3
"""verify.py against the golden logs, against a ledger freshly made, and beside custody-verify on logs broken at random:
the same faults, all of them. The programs are those of CUSTODY_BIN and CUSTODY_VERIFY_BIN; CUSTODY_INTEROP_SEED
repeats a run."""

import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from bodies import Bodies
from canonical import Bytes, sha256
from log import KINDS
from records import read_record
from verify import read_saved, verify

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests/vectors/log"
CUSTODY, CUSTODY_VERIFY = os.environ["CUSTODY_BIN"], os.environ["CUSTODY_VERIFY_BIN"]
SEED = int(os.environ.get("CUSTODY_INTEROP_SEED", random.randrange(2**32)))


def places(faults):
    return [(kind, shard, seq) for shard, seq, _, kind, _ in faults]


def ours(raw, **options):
    return places(verify(io.BytesIO(raw), **options))


def theirs(raw, *options):
    done = subprocess.run([CUSTODY_VERIFY, "--json", *options, "-"], input=raw, capture_output=True, check=False)
    report = json.loads(done.stdout)
    assert report["faults_left_out"] == 0
    faults = [(fault["kind"], fault["shard"], fault["seq"]) for fault in report["faults"]]
    assert done.returncode == (1 if faults else 0), done
    return faults


class RawLog:
    """Taken apart, so that it can be broken with care."""

    def __init__(self, raw):
        b = Bytes(raw)
        b.mark(b"CSX1")
        self.descriptor = b.bytes32()
        self.frames = []  # [kind, shard, bytes]
        while (kind := b.u8()) != 3:
            self.frames.append([kind, b.u32(), b.bytes32()])

    def bytes(self):
        out = [b"CSX1", len(self.descriptor).to_bytes(4, "little"), self.descriptor]
        for kind, shard, data in self.frames:
            out += [bytes([kind]), shard.to_bytes(4, "little"), len(data).to_bytes(4, "little"), data]
        return b"".join(out) + b"\x03" + len(self.frames).to_bytes(8, "little")

    def entries(self):
        """Of each entry: shard, record, blob."""
        for kind, shard, data in self.frames:
            if kind == 1:
                entry = Bytes(data)
                yield shard, entry.bytes32(), entry.rest()

    def link_again(self):
        """Gives every record the `prev` that fits, as somebody would who hides what he changed."""
        heads = {}
        for frame in self.frames:
            if frame[0] != 1 or len(frame[2]) < 4 + 72:
                continue
            size = int.from_bytes(frame[2][:4], "little")
            record, blob = frame[2][4:4 + size], frame[2][4 + size:]
            record = record[:40] + heads.get(frame[1], sha256(self.descriptor)) + record[72:]
            heads[frame[1]] = sha256(b"\x00", record)
            frame[2] = frame[2][:4] + record + blob


class GoldenLogs(unittest.TestCase):
    def test_each_has_the_first_fault_of_the_table(self):
        row = re.compile(r"\| (\S+\.csx) \| (\S+) \| (?:(\d+):(\d+) )?\|")
        table = {m[1]: m for m in map(row.match, (VECTORS / "README.md").read_text().splitlines()) if m}
        self.assertEqual(sorted(table), sorted(path.name for path in VECTORS.glob("*.csx")))
        # A record too long makes a large file, and what was seen before stands in no file.
        self.assertEqual({line[2] for line in table.values()}, {"none", *KINDS} - {"size", "extension"})
        for name, line in table.items():
            with self.subTest(name):
                faults = ours((VECTORS / name).read_bytes())
                expected = [] if line[2] == "none" else [(line[2], int(line[3]), int(line[4]))]
                self.assertEqual(faults[:1], expected)

    def test_custody_verify_finds_all_the_same_faults(self):
        for path in sorted(VECTORS.glob("*.csx")):
            with self.subTest(path.name):
                raw = path.read_bytes()
                self.assertEqual(ours(raw), theirs(raw))


class BrokenAtRandom(unittest.TestCase):
    RUNS = 400

    def break_frames(self, rng, log):
        if not log.frames:
            return
        at, other = (rng.randrange(len(log.frames)) for _ in range(2))
        frames = log.frames
        what = rng.randrange(6)
        if what == 0:
            del frames[at]
        elif what == 1:
            frames.insert(other, list(frames[at]))
        elif what == 2:
            frames[at], frames[other] = frames[other], frames[at]
        elif what == 3:
            frames[at][1] = rng.randrange(5)
        else:
            self.break_bytes(rng, frames[at])

    @staticmethod
    def break_bytes(rng, frame):
        data = bytearray(frame[2])
        if not data:
            return
        # Fields of seal and stamp are small numbers, so a small change says more than a random one.
        at = rng.randrange(min(len(data), rng.choice((80, 160, len(data)))))
        data[at] = (data[at] + rng.choice((1, -1, 128, rng.randrange(256)))) % 256
        frame[2] = bytes(data)

    def test_both_verifiers_find_the_same_faults(self):
        whole = [path.read_bytes() for path in sorted(VECTORS.glob("valid_*.csx"))]
        kinds = set()
        for run in range(self.RUNS):
            seed = f"{SEED}/{run}"
            rng = random.Random(seed)
            log = RawLog(rng.choice(whole))
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                self.break_frames(rng, log)
            if rng.random() < 0.7:
                log.link_again()
            raw = log.bytes()
            if rng.random() < 0.05:
                raw = raw[:rng.randrange(len(raw))]
            with self.subTest(seed=seed):
                faults = ours(raw)
                self.assertEqual(faults, theirs(raw))
                kinds |= {kind for kind, _, _ in faults}
        print(f"{self.RUNS} broken logs, {len(kinds)} kinds of faults: {' '.join(sorted(kinds))}", file=sys.stderr)
        self.assertGreater(len(kinds), 15)


class FreshLedger(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.home = ["--data", cls.folder.name + "/data", "--keys", cls.folder.name + "/keys"]
        cls.custody("init", "--shards", "4")
        crm = ROOT / "examples/crm"
        cls.custody("import", "csv", "--map", str(crm / "mapping.toml"), *map(str, sorted(crm.glob("*.csv"))))
        cls.saved = Path(cls.folder.name, "saved")
        before = cls.custody("log", "--raw")
        assert theirs(before, "--saved", str(cls.saved)) == []
        cls.emit("1", "Maria Ejemplo")
        cls.emit("1", "Maria Ejemplo")               # again: a repeat, no record
        cls.emit("1", "Maria Beispiel", expected=2)  # the same id with another value: event.conflicted
        cls.emit("2", "Maria Beispiel")               # once it is sealed, so is what came before it on its shard
        cls.raw = cls.custody("log", "--raw")
        cls.log = RawLog(cls.raw)
        cls.records = [(read_record(record), blob) for _, record, blob in cls.log.entries()]

    @classmethod
    def custody(cls, *arguments, stdin=b"", expected=0):
        command = [CUSTODY, *arguments, *cls.home]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
        assert done.returncode == expected, (command, done.returncode, done.stderr.decode())
        return done.stdout

    @classmethod
    def emit(cls, event, name, expected=0):
        document = {
            "specversion": "1.0", "id": event, "type": "data.collected", "source": "urn:interop", "subject": "C-10017",
            "time": "2026-03-02T09:30:00+01:00", "actor": "person:ana", "step": "step:registration",
            "data": {"channel": "exhibition", "basis": "consent", "values": {"name": name, "points": 12}, "notes": "x"},
        }
        cls.custody("emit", stdin=json.dumps(document).encode() + b"\n", expected=expected)

    def count(self, of_type):
        return sum(record.type == of_type for record, _ in self.records)

    def test_it_is_valid_and_custody_verify_says_so_too(self):
        self.assertEqual(ours(self.raw), [])
        self.assertEqual(theirs(self.raw), [])

    def test_it_is_worth_verifying(self):
        self.assertEqual({record.shard for record, _ in self.records}, {0, 1, 2, 3})
        self.assertGreater(len(self.records), 1000)
        self.assertGreater(sum(bool(blob) for _, blob in self.records), 1000)
        self.assertGreaterEqual(self.count("ledger.round"), 1)
        self.assertEqual({shard for kind, shard, _ in self.log.frames if kind == 2}, {0, 1, 2, 3})  # checkpoints
        self.assertEqual(self.count("event.conflicted"), 1)
        self.assertEqual(sum(record.source == "urn:interop" for record, _ in self.records), 2)

    def test_it_continues_what_was_seen_before_and_another_log_does_not(self):
        saved = read_saved(self.saved.read_bytes())
        self.assertEqual(ours(self.raw, saved=saved), [])
        shorter = RawLog(self.raw)
        last_of_1 = max(at for at, (kind, shard, _) in enumerate(shorter.frames) if (kind, shard) == (1, 1))
        seen_of_1 = next(size for shard, size, _, _ in saved[1] if shard == 1)
        while sum((kind, shard) == (1, 1) for kind, shard, _ in shorter.frames) >= seen_of_1:
            del shorter.frames[last_of_1]
            last_of_1 = max(at for at, (kind, shard, _) in enumerate(shorter.frames) if (kind, shard) == (1, 1))
        faults = ours(shorter.bytes(), saved=saved)
        self.assertIn(("extension", 1, seen_of_1), faults)
        self.assertEqual(faults, theirs(shorter.bytes(), "--saved", str(self.saved)))
        other = (sha256(b"another descriptor"), saved[1])
        self.assertEqual(ours(self.raw, saved=other), [("extension", 0, 0)])

    def test_every_body_is_what_the_page_of_events_says(self):
        bodies = Bodies((ROOT / "docs/events/README.md").read_text())
        for record, _ in self.records:
            with self.subTest(f"{record.type} {record.shard}:{record.seq}"):
                body = bodies.read(record)
                self.assertEqual(any(record.values_commit), bool(body.get("values")))

    def test_a_descriptor_that_is_not_the_one_trusted(self):
        self.assertEqual(ours(self.raw, trusted=sha256(self.log.descriptor)), [])
        self.assertEqual(ours(self.raw, trusted=sha256(b"another")), [("descriptor", 0, 0)])

    def test_exit_statuses(self):
        script = [sys.executable, str(Path(__file__).with_name("verify.py"))]
        status = lambda *arguments: subprocess.run([*script, *arguments], input=self.raw, capture_output=True,
                                                   check=False).returncode
        self.assertEqual(status("-"), 0)
        self.assertEqual(status("--saved", str(self.saved), "-"), 0)
        self.assertEqual(status(str(VECTORS / "wrong_id.csx")), 1)
        self.assertEqual(status("--descriptor", "00" * 32, "-"), 1)
        self.assertEqual(status(), 2)
        self.assertEqual(status("no such file"), 2)
        self.assertEqual(status("--saved", str(VECTORS / "README.md"), "-"), 4)


if __name__ == "__main__":
    print(f"CUSTODY_INTEROP_SEED={SEED}", file=sys.stderr)
    unittest.main(verbosity=2)
