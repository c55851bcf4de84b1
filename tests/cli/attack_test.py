"""R-J4: `custody attack` plants each fault in a copy of a real ledger, and `custody verify` finds it where the table says."""
import hashlib
import os
import unittest

from home import HomeTest, collected, event, ndjson, opened


class Attack(HomeTest):
    def fill(self, shards="3"):
        """A ledger, and the checkpoints that somebody kept while it grew."""
        self.custody("init", "--shards", shards)
        self.kept = []
        for turn in range(3):
            self.custody("emit", stdin=ndjson(*(e for i in range(6) for e in (
                opened(f"o{turn}-{i}", f"C-{turn}-{i}"), event(f"a{turn}-{i}", subject=f"C-{turn}-{i}"),
                collected(f"c{turn}-{i}", {"name": f"Ana {i}"}, f"C-{turn}-{i}")))))
            for at, shard in enumerate(self.json("checkpoint")["shards"]):
                self.kept.append(self.write(f"kept-{turn}-{at}", shard["note"]))

    def bytes_of_log(self):
        with open(os.path.join(self.data, "log", "data.mdb"), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    def test_every_kind_on_a_real_ledger(self):
        self.fill()
        before = self.bytes_of_log()
        kinds = self.lines("attack", "--list")
        self.assertGreater(len(kinds), 20)
        found_by = set()
        against = [word for file in self.kept for word in ("--against", file)]
        for kind in kinds:
            out = kind["kind"]
            if kind["attested"]:  # attest_test.py has a source that attests; here there is none
                self.custody("attack", self.data, out, "--kind", out, "--seed", "1", status=2)
                continue
            said = self.json("attack", self.data, out, "--kind", out, "--seed", "1")
            with self.subTest(out, **said):
                found_by.add(said["found_by"])
                kept = said["found_by"] == "checkpoint kept elsewhere"
                alone = self.json("verify", "--data", out, status=0 if kept else 1)
                self.assertEqual(kept, not alone["faults"])
                shard, seq = map(int, said["at"].split(":"))
                if said["found_by"] in ("chain", "rule", "round"):
                    self.assertTrue(any(f["shard"] == shard and f["seq"] - seq in (0, 1) for f in alone["faults"]))
                if kept:
                    held = self.json("verify", "--data", out, *against, status=1)
                    first = min(f["seq"] for f in held["faults"] if f["shard"] == shard)
                    self.assertGreater(first, seq)
        self.assertEqual(found_by, {"chain", "rule", "round", "checkpoint in the log", "checkpoint kept elsewhere"})
        self.assertEqual(self.bytes_of_log(), before)
        self.assertEqual(self.json("verify")["faults"], [])

    def test_what_it_refuses(self):
        self.fill(shards="1")
        self.custody("attack", self.data, "out", "--kind", "nothing", status=2)
        self.assertIn("--list", self.stderr)
        self.custody("attack", self.data, "out", status=2)
        self.custody("attack", self.data, status=2)
        self.custody("attack", self.data, "out", "--kind", "flip", "--seed", "x", status=2)
        self.custody("attack", self.data, "out", "--kind", "flip", "--url", "http://127.0.0.1:1", status=2)
        self.custody("attack", "nowhere", "out", "--kind", "flip", status=2)
        self.custody("attack", self.data, "out", "--kind", "move", status=2)  # one shard
        self.custody("attack", self.data, "out", "--kind", "re-sign", "--keys", "no-keys", status=2)
        self.assertFalse(os.path.exists("out"))
        self.custody("attack", self.data, self.data, "--kind", "flip", status=2)
        self.assertIn("left as it is", self.stderr)
        text = self.custody("attack", self.data, "out", "--kind", "re-sign", "--seed", "7")
        for part in ("planted   re-sign at 0:", "seed      7", "--against", "without it nothing is found"):
            self.assertIn(part, text)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "out", "verified")))
        self.assertIn("DATA OUT", self.custody("help", "attack"))
        self.assertIn("old-checkpoint", self.custody("attack", "--list"))


if __name__ == "__main__":
    unittest.main()
