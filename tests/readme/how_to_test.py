"""The page for those who do not trust us: its commands as they stand there, with none of our programs in reach."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

CUSTODY = os.environ["CUSTODY_BIN"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(SOURCE, "docs/how-to/verify-without-trusting-us.md")


class HowTo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="custody-how-to-")
        cls.addClassCleanup(shutil.rmtree, cls.home)
        cls.env = {"HOME": cls.home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        cls.custody("import", "cloudtrail", os.path.join(SOURCE, "examples/cloudtrail"))
        cls.vkey = cls.custody("checkpoint", "--vkey")
        with open(PAGE) as file:
            cls.script = "\n".join(re.findall(r"```bash\n(.*?)```", file.read(), re.DOTALL))

    @classmethod
    def custody(cls, *words):
        return subprocess.run([CUSTODY, *words], capture_output=True, text=True, check=True, env=cls.env).stdout

    def follow(self, proof, vkey=None):
        folder = tempfile.mkdtemp(dir=self.home)
        with open(os.path.join(folder, "record.proof"), "w") as file:
            file.write(proof)
        with open(os.path.join(folder, "operator.vkey"), "w") as file:
            file.write(vkey or self.vkey)
        done = subprocess.run(["bash", "-c", self.script], capture_output=True, text=True, cwd=folder,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        return done.stdout + done.stderr

    def test_a_reader_comes_to_the_end_for_any_record(self):
        for seq in (0, 1, 12, 255, 256, 500, 598):
            said = self.follow(self.custody("prove", f"0:{seq}"))
            self.assertRegex(said, rf"record {seq} of \d+ leads to the signed root")
            self.assertIn("Signature Verified Successfully", said)
            self.assertIn("of the ledger localhost/", said)

    def test_a_reader_sees_what_was_altered(self):
        proof = self.custody("prove", "0:12")
        at = proof.index("\nindex 12") + 20
        path = proof[:at] + ("A" if proof[at] != "A" else "B") + proof[at + 1:]
        self.assertIn("DOES NOT LEAD", self.follow(path))
        self.assertIn("DOES NOT LEAD", self.follow(proof.replace("index 12", "index 13")))
        extra = proof.index("extra ") + 200
        record = proof[:extra] + ("A" if proof[extra] != "A" else "B") + proof[extra + 1:]
        self.assertIn("DOES NOT LEAD", self.follow(record))
        note = proof.rindex("\n\n")
        size = proof[:note].rsplit("\n", 2)
        said = self.follow("\n".join([size[0], size[1] + "0", size[2]][:1] + [size[1] + "0", size[2]]) + proof[note:])
        self.assertIn("Verification Failure", said)
        self.assertIn("OF ANOTHER LEDGER", self.follow(proof, "example.org/0+00000000+" + self.vkey.split("+", 2)[2]))


if __name__ == "__main__":
    unittest.main()
