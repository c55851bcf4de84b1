"""Signing keys: how they change, how they are kept, and what a verifier makes of it."""
import os
import shutil
import stat
import subprocess
import unittest

from home import HomeTest, ndjson, opened, wait_until


class KeysTest(HomeTest):
    def fill(self, name="o", env=None):
        self.custody("emit", stdin=ndjson(*(opened(f"{name}{i}", f"C-{name}{i}") for i in range(4))), env=env)

    def keys_folder(self):
        keys = os.path.join(self.folder, ".config/custody/keys")
        return os.path.join(keys, os.listdir(keys)[0])

    def in_force(self, env=None):
        return [key["key"] for key in self.json("keys", "status", env=env)["keys"] if key["in_force"]]

    def trust(self, name="operator.vkey", env=None):
        return self.write(name, self.signed_vkey(env))

    def signers(self):
        note = self.json("checkpoint")["shards"][0]["note"]
        return note.split("\n\n", 1)[1].count("\u2014 ")


class Change(KeysTest):
    def test_a_key_is_rotated_and_what_was_proved_before_still_is(self):
        self.fill()
        before = self.trust("before.vkey")
        self.custody("prove", "0:3", "-o", "before.proof")
        kept = self.write("kept.checkpoint", self.custody("checkpoint"))
        [old] = self.in_force()
        said = self.custody("keys", "rotate")
        self.assertIn(f"{old} retired at", said)
        [new] = self.in_force()
        self.assertNotEqual(old, new)
        self.assertIn("RETIRED", self.custody("keys", "status"))
        self.fill("later")
        after = self.trust("after.vkey")
        self.assertEqual(self.signers(), 1)
        self.custody("prove", "0:3", "-o", "after.proof")
        # What was handed out before stands by the key of before, what comes now by that of now.
        self.custody("check", "before.proof", "--trust", before)
        self.custody("check", "after.proof", "--trust", after)
        self.assertIn("not trusted here", self.custody("check", "after.proof", "--trust", before, status=5))
        # Whoever trusts the key of before comes to the one of now by the records that say so, with their proofs.
        self.custody("keys", "handover", "-o", "handover.proofs")
        self.custody("check", "after.proof", "--trust", before + ",handover.proofs")
        self.custody("check", "before.proof", "--trust", after + ",handover.proofs", status=5)  # never backwards
        self.custody("bundle", "--range", "0:0-3", "-o", "after.evidence")
        self.assertIn("not trusted here", self.custody("check", "after.evidence", "--trust", before, status=5))
        self.assertIn("PROVED", self.custody("check", "after.evidence", "--trust", before + ",handover.proofs"))
        handed = self.custody("keys", "handover")
        for bad in (handed[handed.index("c2sp.org", 1):], handed[:-30], handed.replace("index 0", "index 1", 1)):
            self.custody("check", "after.proof", "--trust", before + "," + self.write("bad.proofs", bad), status=2)
        # The log tells which keys were in force when; and it extends what was signed by the key of before.
        report = self.json("verify", "--against", kept)
        self.assertEqual(report["faults"], [])
        self.assertEqual([key["key"] for key in report["keys"]], [old, new])
        self.assertEqual(report["keys"][0]["until"], self.json("keys", "status")["keys"][0]["until"])
        self.custody("verify", "--against", self.write("new.checkpoint", self.custody("checkpoint")))
        self.custody("keys", "retire", new, status=2)
        self.assertIn("only key in force", self.stderr)
        self.custody("keys", "retire", old, status=2)
        self.assertIn("retired already", self.stderr)

    def test_while_both_keys_are_in_force_each_vouches(self):
        self.custody("init", "--shards", "3")
        service = self.serve()
        self.fill()
        before = self.trust("before.vkey")
        [old] = self.in_force()
        self.custody("keys", "add")
        wait_until(lambda: self.signers() == 2, "both keys have signed")
        after = self.trust("after.vkey")
        with open(before) as a, open(after) as b:
            self.assertNotEqual(a.read(), b.read())
        for shard in range(3):
            self.custody("prove", f"{shard}:1", "-o", f"{shard}.proof")
            for trust in (before, after):
                self.custody("check", f"{shard}.proof", "--trust", trust)
        self.custody("export", "tiles", "tree")
        for shard in range(3):
            for trust in (before, after):
                self.custody("verify", "--tiles", f"tree/{shard}", "--trust", trust)
        self.custody("keys", "retire", old[:8])
        wait_until(lambda: self.signers() == 1, "the old key signs no more")
        self.fill("later")
        self.assertEqual(service.end(), 0)
        self.assertEqual(self.json("verify")["faults"], [])

    def test_a_key_file_without_its_record_signs_nothing_and_a_lost_one_is_said(self):
        self.fill()
        folder = self.keys_folder()
        self.custody("keygen", "person:mallory")
        shutil.copy(os.path.join(self.folder, "mallory.key"), os.path.join(folder, "signer-0011223344556677"))
        self.fill("more")
        self.assertEqual(self.signers(), 1)
        self.assertEqual(self.json("verify")["faults"], [])
        os.remove(os.path.join(folder, "signer"))
        service = self.serve()
        self.fill("most")
        wait_until(lambda: "none of the 1 keys" in self.custody("status"), "the missing key is said")
        self.assertEqual(service.end(), 0)

    def test_in_a_governed_ledger_it_takes_two_persons(self):
        anna, bob = (self.custody("keygen", f"person:{name}").strip() for name in ("anna", "bob"))
        self.custody("init", "--founder", anna, "--founder", bob)
        as_anna, as_bob = ({"CUSTODY_TOKEN": self.json("principal", "add", f"person:{name}")["token"]}
                           for name in ("anna", "bob"))
        service = self.serve()
        [old] = self.in_force(as_anna)
        before = self.trust(env=as_anna)
        self.custody("keys", "add", env=as_anna, status=2)  # as person:operator, whom nobody has authenticated
        said = self.json("keys", "add", "--as", "person:anna", env=as_anna)
        self.assertEqual(self.in_force(as_anna), [old])
        self.custody("keys", "confirm", said["ref"], "--as", "person:anna", env=as_anna)  # the same person
        self.assertEqual(self.in_force(as_anna), [old])
        self.custody("keys", "confirm", said["ref"], "--as", "person:bob", env=as_bob)
        self.assertEqual(len(self.in_force(as_anna)), 2)
        folder = self.keys_folder()
        self.assertEqual(len([name for name in os.listdir(folder) if name.startswith("signer")]), 2)
        self.assertIn("confirm", self.custody("keys", "rotate", "--as", "person:anna", env=as_anna))
        self.assertEqual(len(self.in_force(as_anna)), 2)
        retired = [line["ref"] for line in self.lines("log", env=as_anna) if line["statement"]["type"] == "key.retired"]
        self.custody("keys", "confirm", retired[0], "--as", "person:bob", env=as_bob)
        [new] = self.in_force(as_anna)
        self.assertNotEqual(new, old)
        self.custody("keys", "handover", "-o", "handover.proofs", env=as_anna)
        self.custody("prove", "0:3", "-o", "after.proof", env=as_anna)
        self.custody("check", "after.proof", "--trust", before, status=5)
        self.custody("check", "after.proof", "--trust", before + ",handover.proofs")
        self.assertEqual(service.end(), 0)
        report = self.json("verify")
        self.assertEqual(report["faults"], [])
        self.assertEqual([key["key"] for key in report["keys"] if "until" not in key], [new])


class Succession(KeysTest):
    def test_a_ledger_whose_key_is_lost_goes_on_in_another(self):
        """docs/operations/keys.md, "A key is lost", step by step."""
        self.fill()
        kept = self.write("kept.checkpoint", self.custody("checkpoint"))  # what somebody outside has
        trust = self.trust()
        self.fill("later")
        os.remove(os.path.join(self.keys_folder(), "signer"))
        self.custody("emit", stdin=ndjson(opened("lost", "C-lost")), status=2)
        self.assertIn("signing key", self.stderr)
        new = ("--data", "d2", "--keys", "k2")
        other = self.custody("keygen", "person:mallory")
        self.custody("init", *new, "--succeeds", self.write("none", other), status=2)
        made = self.custody("init", *new, "--name", "second", "--succeeds", kept, "--trust", trust)
        self.assertIn("succeeds", made)
        self.custody("init", *new, "--succeeds", kept)  # the same again is no conflict
        self.custody("keys", "succeeded", os.path.join(self.folder, "d2"))
        self.custody("emit", *new, stdin=ndjson(opened("first", "C-1")))
        report = self.json("verify", *new, "--predecessor", self.data)
        self.assertIn("says so itself", self.stderr)
        self.assertEqual(report["faults"], [])
        with open(kept) as file:
            self.assertIn(report["predecessor"]["origin"], file.read())
        self.assertIn("succeeds", self.custody("verify", *new))
        self.assertEqual(self.json("verify")["faults"], [])
        # Neither a ledger that succeeds none, nor another old one, passes.
        self.custody("verify", "--predecessor", os.path.join(self.folder, "d2"), status=1)
        self.custody("init", "--data", "d3", "--keys", "k3")
        self.custody("verify", *new, "--predecessor", os.path.join(self.folder, "d3"), status=1)
        self.assertIn("FAULT", self.stderr)


class AtRest(KeysTest):
    def test_a_passphrase_wraps_the_keys(self):
        knows = {"CUSTODY_PASSPHRASE_FILE": self.write("passphrase", "correct horse\n")}
        self.custody("init", env=knows)
        folder = self.keys_folder()
        with open(os.path.join(folder, "signer"), "rb") as file:
            self.assertEqual(file.read(4), b"CSW1")
        self.custody("emit", stdin=ndjson(opened()), status=2)
        self.assertIn("CUSTODY_PASSPHRASE", self.stderr)
        self.custody("emit", stdin=ndjson(opened()), env={"CUSTODY_PASSPHRASE": "wrong"}, status=2)
        self.custody("emit", stdin=ndjson(opened()), env=knows)
        self.custody("keys", "rotate", env=knows)
        [later] = [name for name in os.listdir(folder) if name.startswith("signer-")]
        with open(os.path.join(folder, later), "rb") as file:
            self.assertEqual(file.read(4), b"CSW1")
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, later)).st_mode), 0o600)
        self.assertIn("wrapped by a passphrase", self.custody("keys", "status", env=knows))
        self.assertEqual(self.json("verify", env=knows)["faults"], [])

    def test_a_file_that_others_may_read_or_that_was_altered_is_refused(self):
        knows = {"CUSTODY_PASSPHRASE": "x"}
        self.custody("init", env=knows)
        path = os.path.join(self.keys_folder(), "signer")
        with open(path, "rb") as file:
            good = file.read()
        os.chmod(path, 0o644)
        self.custody("emit", stdin=ndjson(opened()), env=knows, status=4)
        self.assertIn("chmod 600", self.stderr)
        os.chmod(path, 0o600)
        for at in (0, 10, 38, len(good) - 1):
            with open(path, "wb") as file:
                file.write(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1:])
            done = subprocess.run([os.environ["CUSTODY_BIN"], "emit"], input=ndjson(opened()), capture_output=True,
                                  text=True, env={**self.env, **knows}, cwd=self.folder)
            self.assertIn(done.returncode, (2, 4), done.stderr)

    @unittest.skipUnless(shutil.which("softhsm2-util") and shutil.which("pkcs11-tool"),
                         "softhsm2 and opensc are not installed")
    def test_a_key_stays_in_its_token(self):
        tokens = os.path.join(self.folder, "tokens")
        os.mkdir(tokens)
        conf = self.write("softhsm2.conf", f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
        module = "/usr/lib/softhsm/libsofthsm2.so"
        knows = {"SOFTHSM2_CONF": conf, "CUSTODY_PASSPHRASE": "1234"}

        def run(*words):
            done = subprocess.run(words, env={**self.env, **knows}, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

        run("softhsm2-util", "--init-token", "--free", "--label", "ledger", "--pin", "1234", "--so-pin", "5678")
        for name in ("first", "second"):
            run("pkcs11-tool", "--module", module, "--token-label", "ledger", "--login", "--pin", "1234", "--keypairgen",
                "--key-type", "EC:edwards25519", "--label", name, "--usage-sign")

        def uri(name):
            return f"pkcs11:token=ledger;object={name}?module-path={module}"

        self.custody("init", "--token", uri("first"), env=knows)
        self.fill(env=knows)
        self.custody("prove", "0:2", "-o", "record.proof", env=knows)
        self.custody("check", "record.proof", "--trust", self.trust(env=knows))
        self.custody("keys", "rotate", "--token", uri("second"), env=knows)
        self.assertIn("in a PKCS #11 token", self.custody("keys", "status", env=knows))
        self.assertEqual(self.json("verify", env=knows)["faults"], [])
        for name in os.listdir(self.keys_folder()):
            if name.startswith("signer"):
                with open(os.path.join(self.keys_folder(), name)) as file:
                    self.assertTrue(file.read().startswith("pkcs11:"), name)
        elsewhere = ("init", "--data", "d2", "--keys", "k2", "--token")
        self.custody(*elsewhere, uri("none"), env=knows, status=2)
        self.custody(*elsewhere, uri("first"), env={**knows, "CUSTODY_PASSPHRASE": "9999"}, status=2)
        self.custody(*elsewhere, uri("first") + "&pin-value=1234", env=knows, status=2)
        self.assertIn("PIN", self.stderr)


if __name__ == "__main__":
    unittest.main()
