"""What a reader is told who asks for witnesses, whose word `openssl` makes here."""
import json
import os
import unittest

from home import HomeTest, ndjson, opened
from witness import Witness


class Witnessed(HomeTest):
    """What a reader is told who asks for witnesses."""

    def setUp(self):
        super().setUp()
        self.custody("emit", stdin=ndjson(*(opened(f"o{i}", f"C-{i}") for i in range(8))))
        self.vkey = self.custody("checkpoint", "--vkey")
        self.houses = [Witness(f"witness.example/w{i}") for i in range(3)]

    def policy(self, rule="2", vkey=None):
        text = f"log {vkey or self.vkey}" + "".join(f"witness w{i} {w.vkey}\n" for i, w in enumerate(self.houses))
        return self.write("policy", text + "#custody:owner w1 Court of Example\n"
                          f"group all-of-us {rule} w0 w1 w2\nquorum all-of-us\n")

    def test_a_proof_counts_when_the_quorum_has_seen_its_checkpoint(self):
        proof = self.custody("prove", "0:3")
        note = proof[proof.index("\n\n") + 2:]
        lines = [w.line(note, 1_700_000_000 + i) for i, w in enumerate(self.houses)]
        seen = self.write("seen", proof + lines[0] + lines[1])
        text = self.custody("check", seen, "--policy", self.policy())
        for part in ("PROVED", "by witness.example/w0 at 2023-11-14 22:13:20Z", "w1 (Court of Example) at 2023-11-14"):
            self.assertIn(part, text)
        self.assertNotIn("UNWITNESSED", text)
        self.assertNotIn("witness.example/w2", text)
        answer = self.json("check", seen, "--policy", self.policy())
        self.assertEqual(answer["witnesses"][1], {"name": "witness.example/w1", "owner": "Court of Example",
                                                  "time_s": 1_700_000_001})
        # Too few, none, and one that has seen another checkpoint.
        wrong = self.houses[1].line(note, 1_700_000_001, of=note.replace("\n", "1\n", 1))
        for more, told in ((lines[0], "w0 alone"), ("", "no witness"), (lines[0] + wrong, "w0 alone")):
            bad = self.write("bad", proof + more)
            answer = json.loads(self.custody("check", bad, "--policy", self.policy(), "--json", status=5))
            self.assertEqual((set(answer), answer["verdict"]), ({"verdict", "reason"}, "unwitnessed"))
            self.assertIn(told, answer["reason"])
            self.assertIn("NO EVIDENCE: UNWITNESSED", self.custody("check", bad, "--policy", self.policy(), status=5))

    def test_of_a_log_that_the_policy_does_not_name_there_is_no_evidence(self):
        proof = self.write("proof", self.custody("prove", "0:3"))
        self.custody("init", "--data", "d2", "--keys", "k2")
        self.custody("emit", "--data", "d2", "--keys", "k2", stdin=ndjson(opened()))
        other = self.custody("checkpoint", "--vkey", "--data", "d2", "--keys", "k2")
        trust = self.write("operator.vkey", self.vkey)
        self.custody("check", proof, "--policy", self.policy("2", other), status=5)
        none = self.write("none", f"log {other}quorum none\n")
        self.assertIn("no log of the policy", self.custody("check", proof, "--policy", none, "--trust", trust, status=5))
        # Without a log in it, the policy is about witnesses alone.
        none = self.write("none", "quorum none\n")
        self.assertIn("UNWITNESSED", self.custody("check", proof, "--policy", none, "--trust", trust))

    def test_a_policy_is_refused_by_its_line(self):
        proof = self.write("proof", self.custody("prove", "0:3"))
        self.custody("check", proof, "--policy", self.write("policy", "# none\nquorum w\n"), status=2)
        self.assertIn("policy: line 2: 'w' is not defined above", self.stderr)
        self.custody("check", proof, "--policy", "missing", status=2)

    def test_a_published_log_counts_when_the_quorum_has_seen_it(self):
        self.custody("export", "tiles", "tree")
        tiles = ("verify", "--tiles", "tree/0", "--policy", self.policy("any"))
        self.assertIn("UNWITNESSED", self.custody(*tiles, status=5))
        with open(os.path.join(self.folder, "tree/0/checkpoint"), "r+") as file:
            note = file.read()
            file.write(self.houses[1].line(note, 1_700_000_001))
        text = self.custody(*tiles)
        self.assertIn("PROVED", text)
        self.assertIn("w1 (Court of Example)", text)
        self.assertNotIn("UNWITNESSED", text)
        self.assertEqual([w["name"] for w in self.json(*tiles)["witnesses"]], ["witness.example/w1"])
        unasked = self.custody("verify", "--tiles", "tree/0", "--trust", self.write("operator.vkey", self.vkey))
        self.assertIn("UNWITNESSED", unasked)


if __name__ == "__main__":
    unittest.main()
