"""Tools that others made for these formats read our log and our proofs, unchanged. They come through the Go module proxy; where
there is no recent Go, or no proxy, nothing is tested here (tests/unit/proof has vectors that such tools made)."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

CUSTODY = os.environ["CUSTODY_BIN"]
HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))


def build(folder):
    """The program, or why it cannot be built here."""
    if not shutil.which("go"):
        return None, "there is no go"
    program = os.path.join(folder, "interop")
    got = subprocess.run(["go", "mod", "download"], cwd=os.path.join(HERE, "go"), capture_output=True, text=True)
    if got.returncode != 0:
        return None, "go cannot get the modules: " + got.stderr.strip().splitlines()[-1]
    subprocess.run(["go", "build", "-o", program, "."], cwd=os.path.join(HERE, "go"), check=True)
    return program, ""


class Go(unittest.TestCase):
    def test_a_log_of_two_shards_and_its_proofs(self):
        folder = tempfile.mkdtemp(prefix="custody-go-")
        self.addCleanup(shutil.rmtree, folder)
        program, why_not = build(folder)
        if not program:
            self.skipTest(why_not)
        env = {k: v for k, v in os.environ.items() if not k.startswith("CUSTODY_")}
        env["HOME"] = folder

        def custody(*words):
            return subprocess.run([CUSTODY, *words], env=env, cwd=SOURCE, check=True, capture_output=True, text=True).stdout

        custody("init", "--shards", "2")
        service = subprocess.Popen([CUSTODY, "serve", "--listen", "127.0.0.1:0"], env=env, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(service.stdout.close)
        self.addCleanup(service.wait)
        self.addCleanup(service.send_signal, signal.SIGTERM)
        url = service.stdout.readline().strip().removeprefix("listening ")
        custody("import", "cloudtrail", "examples/cloudtrail")
        proofs = []
        for ref in ("0:0", "0:5", "1:0", "1:300"):
            proofs.append(os.path.join(folder, ref))
            custody("prove", ref, "-o", proofs[-1])
        vkey = custody("checkpoint", "--vkey").strip()
        done = subprocess.run([program, url + "/v1/shards/0", vkey, *proofs], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"entries \d+ of \d+\n")
        self.assertEqual(len(re.findall(r"^proof of \d+$", done.stdout, re.MULTILINE)), 4)
        # The other shard is a log of its own, under its own name.
        bad = subprocess.run([program, url + "/v1/shards/1", vkey], capture_output=True, text=True)
        self.assertIn("note", bad.stderr)
        own = json.loads(custody("checkpoint", "--json"))["shards"][1]["vkey"]
        done = subprocess.run([program, url + "/v1/shards/1", own], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreaterEqual(int(re.match(r"entries (\d+) of", done.stdout)[1]), 512)  # of whole tiles


if __name__ == "__main__":
    unittest.main()
