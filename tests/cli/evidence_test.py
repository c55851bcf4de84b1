"""Evidence that is carried away: checkpoints, proofs, and their judgement without a ledger."""
import json
import os
import shutil
import unittest

from home import HomeTest, ndjson, opened


class Evidence(HomeTest):
    def fill(self):
        self.custody("emit", stdin=ndjson(*(opened(f"o{i}", f"C-{i}") for i in range(8))))

    def trust(self):
        return self.write("operator.vkey", self.custody("checkpoint", "--vkey"))

    def away(self):
        """From here on there is no ledger: what is checked is checked without one."""
        shutil.rmtree(self.data)
        shutil.rmtree(os.path.join(self.folder, ".config"))

    def test_a_record_is_proved_and_checked_without_the_ledger(self):
        self.fill()
        trust = self.trust()
        said = self.custody("prove", "0:3", "-o", "record.proof")
        self.assertIn("custody check", said)
        self.away()
        text = self.custody("check", "record.proof", "--trust", trust)
        for part in ("PROVED", "UNWITNESSED", "NOT PROVED", "the operator's word", "archive.opened"):
            self.assertIn(part, text)
        answer = self.json("check", "record.proof", "--trust", trust)
        self.assertEqual((answer["verdict"], answer["ref"]), ("proved", "0:3"))
        self.assertFalse(os.path.exists(self.data))

    def test_of_any_shard_and_through_a_service_alike(self):
        self.custody("init", "--shards", "3")
        service = self.serve()
        self.fill()
        self.custody("prove", "0:1")  # waits until something is signed
        trust = self.trust()
        for shard in range(3):
            self.custody("prove", f"{shard}:1", "-o", f"served-{shard}")
            answer = self.json("check", f"served-{shard}", "--trust", trust)
            self.assertEqual((answer["verdict"], answer["ref"]), ("proved", f"{shard}:1"))
            self.assertEqual("round" in answer, shard > 0)
        self.assertEqual(service.end(), 0)
        proof = self.custody("prove", "1:1")
        self.assertTrue(proof.startswith("c2sp.org/tlog-proof@v1\n"))
        self.assertEqual(self.json("prove", "1:1")["proof"], self.custody("prove", "1:1"))

    def test_what_is_no_evidence_has_a_status_of_its_own(self):
        self.fill()
        trust = self.trust()
        proof = self.custody("prove", "0:3")
        at = proof.index("\nindex")
        cases = {
            "empty": ("", 5, "no_evidence"),
            "noise": ("hello\n", 5, "no_evidence"),
            "cut": (proof[:-20], 5, "no_evidence"),
            "altered path": (proof[:at + 20] + ("A" if proof[at + 20] != "A" else "B") + proof[at + 21:], 1, "fault"),
        }
        for name, (text, status, verdict) in cases.items():
            answer = json.loads(self.custody("check", self.write("bad", text), "--trust", trust, "--json", status=status))
            self.assertEqual(answer["verdict"], verdict, name)
            self.assertEqual(set(answer), {"verdict", "reason"}, name)  # nothing else is told as a fact
        good = self.write("good", proof)
        self.custody("init", "--data", "d2", "--keys", "k2")
        self.custody("emit", "--data", "d2", "--keys", "k2", stdin=ndjson(opened()))
        other = self.write("other.vkey", self.custody("checkpoint", "--vkey", "--data", "d2", "--keys", "k2"))
        self.assertIn("NO EVIDENCE", self.custody("check", good, "--trust", other, status=5))
        self.assertEqual(self.json("check", good, "--trust", f"{other},{trust}")["verdict"], "proved")
        self.custody("check", good, status=2)
        self.assertIn("--trust", self.stderr)
        self.custody("check", "missing", "--trust", trust, status=2)
        self.custody("check", good, "--trust", self.write("junk", "no key\n"), status=2)
        self.assertIn("5  of `check`", self.custody("help", "exit"))

    def test_a_checkpoint_names_key_round_and_that_nobody_witnessed_it(self):
        self.custody("checkpoint", status=2)
        self.fill()
        text = self.custody("checkpoint")
        for part in ("vkey", "round", "UNWITNESSED", "shard 0"):
            self.assertIn(part, text)
        now = self.json("checkpoint")
        self.assertIn(now["shards"][0]["note"], text)
        self.custody("emit", stdin=ndjson(opened("later", "C-99")))
        self.assertGreater(self.json("checkpoint")["round"], now["round"])
        self.assertEqual(self.json("checkpoint", "--at", str(now["round"]))["shards"], now["shards"])
        self.custody("checkpoint", "--at", "1999-01-01", status=2)
        self.custody("prove", "0:9999", status=2)
        self.custody("prove", "nothing", status=2)


if __name__ == "__main__":
    unittest.main()
