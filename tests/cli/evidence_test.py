"""Evidence that is carried away: checkpoints, proofs, and their judgement without a ledger."""
import json
import os
import shutil
import socket
import subprocess
import time
import unittest

from home import CUSTODY, HomeTest, ndjson, opened, wait_until


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
        for no_file in ("/dev/zero", self.folder):
            self.custody("check", good, "--trust", no_file, status=2)
            self.custody("check", good, "--policy", no_file, status=2)
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

    def test_the_log_extends_a_checkpoint_that_was_saved(self):
        self.fill()
        note = self.json("checkpoint")["shards"][0]["note"]
        saved = self.write("saved.checkpoint", note)
        printed = self.write("printed", self.custody("checkpoint"))
        self.custody("emit", stdin=ndjson(opened("later", "C-99")))
        self.assertIn("the log extends " + saved, self.custody("verify", "--against", saved))
        self.assertIn("the log extends " + printed, self.custody("verify", "--against", printed))
        self.custody("verify", "--against", self.write("altered", note.replace("\n", "1\n", 1)), status=2)
        self.assertIn("no checkpoint", self.stderr)
        self.custody("verify", "--against", self.write("noise", "hello"), status=2)
        self.custody("verify", "--against", "missing", status=2)
        # Another history under the same key: what the log of before had signed, the log of a copy does not hold.
        shutil.copytree(self.data, self.data + ".copy")
        shutil.copytree(os.path.join(self.folder, ".config"), os.path.join(self.folder, "keys.copy"))
        self.custody("emit", stdin=ndjson(opened("kept", "C-100")))
        longer = self.write("longer", self.json("checkpoint")["shards"][0]["note"])
        self.custody("verify", "--against", longer)
        shutil.rmtree(self.data)
        os.rename(self.data + ".copy", self.data)
        self.custody("verify", "--against", longer, status=1)
        self.custody("verify", "--against", printed)


class Tiles(HomeTest):
    def fill(self, first=0, count=600):
        self.custody("emit", stdin=ndjson(*(opened(f"o{i}", f"C-{i}") for i in range(first, first + count))))

    def path(self, *parts):
        return os.path.join(self.folder, "tree", *parts)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def every_file(self):
        return {os.path.relpath(os.path.join(at, name), self.path()): os.stat(os.path.join(at, name)).st_mtime_ns
                for at, _, names in os.walk(self.path()) for name in names}

    def files_now(self):
        """How many there are while an export still gives them their names."""
        return sum(len(names) for _, _, names in os.walk(self.path()))

    def test_an_address_that_says_nothing_is_given_up(self):
        self.fill(0, 1)
        trust = self.write("key", self.custody("checkpoint", "--vkey"))
        with socket.create_server(("127.0.0.1", 0)) as silent:
            begun = time.monotonic()
            self.custody("verify", "--tiles", f"http://127.0.0.1:{silent.getsockname()[1]}", "--trust", trust, status=3)
            self.assertLess(time.monotonic() - begun, 60)  # it would never end; ten seconds are meant
        self.assertIn("no answer from", self.stderr)

    def test_a_static_tree_grows_and_is_verified(self):
        self.fill()
        trust = self.write("operator.vkey", self.custody("checkpoint", "--vkey"))
        self.custody("export", "tiles", "tree")
        before = self.every_file()
        self.assertIn("0/tile/0/000", before)
        self.assertIn("0/tile/entries/001", before)
        self.assertIn("PROVED", self.custody("verify", "--tiles", "tree/0", "--trust", trust))
        self.assertEqual(os.stat(self.path("0", "checkpoint")).st_mode & 0o777, 0o644)
        self.fill(600, 300)
        self.custody("export", "tiles", "tree")
        after = self.every_file()
        for name in ("0/tile/0/000", "0/tile/entries/001"):
            self.assertEqual(after[name], before[name])  # what is there is not written again
        answer = self.json("verify", "--tiles", "tree/0", "--trust", trust)
        self.assertEqual((answer["faults"], answer["records"]), ([], answer["size"]))
        self.assertGreater(answer["size"], 900)
        whole = {name: self.read(name) for name in after}
        shutil.rmtree(self.path())
        self.custody("export", "tiles", "tree")
        for name in self.every_file():  # an export that began anew has the same bytes
            if name in whole and not name.endswith("checkpoint"):
                self.assertEqual(self.read(name), whole[name], name)

    def test_any_changed_byte_of_a_published_log_is_found(self):
        self.fill()
        trust = self.write("operator.vkey", self.custody("checkpoint", "--vkey"))
        self.custody("export", "tiles", "tree")
        for name in self.every_file():
            if name.endswith("checkpoint"):
                continue
            with self.subTest(name):
                good = self.read(name)
                for bad in (good[:-1], good[:100] + bytes([good[100 % len(good)] ^ 1]) + good[101:], b"", None):
                    os.remove(self.path(name))
                    if bad is not None:
                        self.write(os.path.join("tree", name), bad)
                    answer = json.loads(self.custody("verify", "--tiles", "tree/0", "--trust", trust, "--json", status=1))
                    self.assertNotEqual(answer["faults"], [])
                    self.write(os.path.join("tree", name), good)
        self.custody("verify", "--tiles", "tree/0", "--trust", trust)
        note = self.read("0/checkpoint").decode()
        for bad, status in ((note.replace("\n6", "\n5", 1), 1), (note[:-3], 5), ("", 5), (note.replace("/0\n", "/7/0\n", 1), 5)):
            self.write("tree/0/checkpoint", bad)
            self.custody("verify", "--tiles", "tree/0", "--trust", trust, status=status)

    def test_every_shard_also_from_a_service_by_its_address(self):
        self.custody("init", "--shards", "3")
        service = self.serve()
        self.fill()
        self.custody("prove", "0:1")
        trust = self.write("operator.vkey", self.custody("checkpoint", "--vkey"))
        for shard in "012":
            answer = self.json("verify", "--tiles", f"{service.url}/v1/shards/{shard}", "--trust", trust)
            self.assertEqual(answer["faults"], [])
        self.custody("export", "tiles", "tree")
        for shard in "012":
            self.custody("verify", "--tiles", f"tree/{shard}", "--trust", trust)
        self.assertEqual(service.end(), 0)

    def test_an_export_that_is_killed_promises_nothing_and_goes_on(self):
        self.fill(count=2000)
        trust = self.write("operator.vkey", self.custody("checkpoint", "--vkey"))
        service = self.serve()
        for files in (1, 3, 9):
            export = subprocess.Popen([CUSTODY, "export", "tiles", "tree"], env=self.env, cwd=self.folder,
                                      stdout=subprocess.DEVNULL)
            wait_until(lambda: self.files_now() >= files or export.poll() is not None, "files are there")
            export.kill()
            export.wait()
            if os.path.exists(self.path("0", "checkpoint")):
                self.custody("verify", "--tiles", "tree/0", "--trust", trust)
        self.custody("export", "tiles", "tree")
        self.custody("verify", "--tiles", "tree/0", "--trust", trust)
        self.assertEqual(service.end(), 0)

    def test_a_folder_of_another_log_is_not_mixed(self):
        self.fill(count=5)
        self.custody("export", "tiles", "tree")
        before = self.every_file()
        self.custody("emit", "--data", "d2", "--keys", "k2", stdin=ndjson(opened()))
        self.custody("export", "tiles", "tree", "--data", "d2", "--keys", "k2", status=2)
        self.assertIn("holds the log", self.stderr)
        self.assertEqual(self.every_file(), before)
        self.custody("export", "views", "tree", status=2)


if __name__ == "__main__":
    unittest.main()
