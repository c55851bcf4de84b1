"""tools/dashboard/build.sh against an npm that fails: tried again a few times, and never taken for done."""
import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Stands before the real ones in PATH. npm notes its call, and succeeds from the call that WORKS_AT names on.
FAKES = {
    "node": "exit 0",
    "sleep": 'echo "$1" >> "$NOTES/sleeps"',
    "npm": 'echo "$1" >> "$NOTES/calls"\n'
           '[ "$(wc -l < "$NOTES/calls")" -ge "$WORKS_AT" ] || { mkdir -p node_modules; echo "npm error ECONNRESET" >&2; exit 1; }\n'
           "mkdir -p node_modules && touch node_modules/whole",
}


class Build(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="custody-dashboard-")
        self.addCleanup(shutil.rmtree, self.folder)
        for name, body in FAKES.items():
            with open(os.path.join(self.folder, name), "w") as file:
                file.write("#!/bin/sh\n" + body + "\n")
            os.chmod(file.name, 0o755)

    def install(self, works_at):
        env = {**os.environ, "PATH": self.folder + ":" + os.environ["PATH"], "NOTES": self.folder,
               "WORKS_AT": str(works_at), "CUSTODY_CACHE": os.path.join(self.folder, "cache")}
        return subprocess.run([os.path.join(SOURCE, "tools/dashboard/build.sh"), "--modules"], env=env, text=True,
                              capture_output=True, timeout=120)

    def notes(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read().split()

    def test_a_registry_that_resets_a_connection_is_asked_again(self):
        done = self.install(3)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.notes("calls"), ["ci"] * 3)
        self.assertEqual(self.notes("sleeps"), ["5", "10"])
        self.assertTrue(os.path.exists(os.path.join(done.stdout.strip(), "node_modules/whole")))
        self.assertEqual(self.install(3).returncode, 0)
        self.assertEqual(len(self.notes("calls")), 3)  # what is there is not installed again

    def test_it_gives_up_and_leaves_nothing_that_looks_installed(self):
        done = self.install(100)
        self.assertEqual(done.returncode, 1)
        self.assertIn("npm ci failed", done.stderr)
        self.assertEqual(self.notes("calls"), ["ci"] * 3)
        self.assertEqual(self.install(1).returncode, 0)
        self.assertEqual(len(self.notes("calls")), 4)


if __name__ == "__main__":
    unittest.main()
