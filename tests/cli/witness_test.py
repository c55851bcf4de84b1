"""A witness as a process: it vouches for a ledger, by HTTP, and remembers when it is killed."""
import os
import signal
import unittest

from home import HomeTest, ndjson, opened
from witness import WitnessService


class Witness(HomeTest):
    def setUp(self):
        super().setUp()
        self.custody("emit", stdin=ndjson(*(opened(f"o{i}", f"C-{i}") for i in range(8))))
        self.vkey = self.custody("checkpoint", "--vkey")
        self.trust = self.write("operator.vkey", self.vkey)
        self.flags = ("--state", "w1", "--name", "witness.example/w1", "--log", self.trust)

    def test_a_ledger_is_witnessed_and_that_counts_for_who_checks(self):
        witness = WitnessService(self, *self.flags)
        proof = self.custody("prove", "0:3")
        note = proof[proof.index("\n\n") + 2:]
        status, _, line = witness.ask("old 0\n\n" + note)
        self.assertEqual(status, 200, line)
        policy = self.write("policy", f"log {self.vkey}witness w {witness.vkey}\nquorum w\n")
        text = self.custody("check", self.write("seen", proof + line), "--policy", policy)
        self.assertIn("witnessed   by witness.example/w1 at", text)
        self.assertNotIn("UNWITNESSED", text)
        self.custody("check", self.write("unseen", proof), "--policy", policy, status=5)
        # Killed, it still knows what it has seen, and who it is.
        size = note.split("\n")[1]
        witness.end(signal.SIGKILL)
        again = WitnessService(self, *self.flags)
        self.assertEqual(again.vkey, witness.vkey)
        self.assertEqual(again.ask("old 0\n\n" + note), (409, "text/x.tlog.size", size + "\n"))
        self.assertEqual(again.ask(f"old {size}\n\n" + note)[0], 200)
        self.assertEqual(again.end(), 0)

    def test_what_is_no_checkpoint_to_witness_is_refused(self):
        witness = WitnessService(self, *self.flags)
        note = self.json("checkpoint")["shards"][0]["note"]
        self.assertEqual(witness.ask("old 0\n\n" + note.replace("\n", "\n1", 1))[0], 403)
        self.assertEqual(witness.ask("old 0\n\n" + "other" + note)[0], 404)
        self.assertEqual(witness.ask("hello")[0], 400)
        self.assertEqual(witness.ask(None, "GET")[0], 405)
        self.assertEqual(witness.ask("old 0\n\n" + note, path="/elsewhere")[0], 404)
        head = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: %d\r\n\r\n"
        self.assertIn(b" 413 ", witness.raw(head % (64 << 20)).split(b"\r\n")[0])
        self.assertIn(b" 400 ", witness.raw(b"\x16\x03\x01 what is this\r\n\r\n").split(b"\r\n")[0])
        self.assertIn(b" 431 ", witness.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000).split(b"\r\n")[0])
        self.assertEqual(witness.raw(head % 100 + b"old 0\n"), b"")  # nothing more comes: closed in bounded time
        self.assertEqual(witness.ask("old 0\n\n" + note)[0], 200)

    def test_its_flags_are_judged_before_it_listens(self):
        for flags, told in ((("--log", self.trust), "--state"), (("--state", "w"), "--log"),
                            (("--state", "w", "--log", self.trust), "--name"),
                            (("--state", "w", "--log", "missing"), "missing")):
            self.custody("witness", "serve", *flags, status=2)
            self.assertIn(told, self.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "w")))
        self.custody("witness", "run", *self.flags, status=2)
        self.custody("witness", "serve", *self.flags, "--listen", "nowhere", status=2)
        WitnessService(self, *self.flags)
        self.custody("witness", "serve", *self.flags, "--listen", "127.0.0.1:0", status=2)
        self.assertIn("in use by process", self.stderr)


if __name__ == "__main__":
    unittest.main()
