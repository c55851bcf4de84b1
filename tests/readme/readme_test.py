"""Runs the console examples of README.md, in their order, against the built programs."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.dirname(os.environ["CUSTODY_BIN"])
PATIENCE = 300  # seconds: only ever waited for where something is wrong

# What each command must print, as patterns; on standard output or error. None = not run here, and why.
EXAMPLES = {
    "tools/quickstart": None,  # installs: tests/fresh_debian
    "tools/check": None,       # runs this test
    "custody serve": [r"listening http://127\.0\.0\.1:\d+"],
    "custody import cloudtrail examples/cloudtrail": [r"545 sealed, 0 repeats, 0 conflicts, 0 refused", r"2900 records"],
    "custody import csv --map examples/crm/mapping.toml examples/crm/*.csv":
        [r"1941 sealed, 0 repeats, 0 conflicts, 0 refused", r"data\.accessed: 507"],
    "custody archive C-10017": [r"^C-10017  subject [0-9a-f-]{36}  as of round \d+", r"data\.collected .*\[0:\d+\]",
                                r"data\.shared .*partner:", r"data\.erased", r"data\.accessed", r"^fields:$"],
    "custody activity --actor person:finn.oakes": [r"^actor person:finn\.oakes ", r"data\.accessed"],
    "custody log --follow": [r"\[0:100\]", r"\[0:200\]"],
    "custody verify": [r"links +proved", r"signatures +proved", r"UNWITNESSED tail", r"^no fault found$"],
    "custody checkpoint --vkey > ~/operator.vkey": [],
    "custody prove 0:12 -o ~/record.proof": [r"proves record 0:12"],
    "custody check ~/record.proof --trust ~/operator.vkey": [r"^PROVED ", r"^NOT PROVED  UNWITNESSED"],
    "custody bundle --customer C-10017 -o ~/c10017.evidence": [r"holds \d+ records up to round \d+; "],
    "custody check ~/c10017.evidence --trust ~/operator.vkey --html ~/c10017.html":
        [r"^PROVED ", r"^NOT PROVED  that these are all records", r"^NOT PROVED  UNWITNESSED"],
    "custody export tiles ~/tree": [r"files written to "],
    "custody verify --tiles ~/tree/0 --trust ~/operator.vkey": [r"^PROVED "],
    "custody serve --policy FILE": None,  # asks witnesses: tests/cli/witnessing_test.py
    "custody keys rotate": [r" retired at 0:\d+$", r" signs$"],
    "custody witness serve": None,  # asks for a name, a key and whom to witness: tests/cli/witness_test.py
    "custody attack ~/.local/share/custody ~/drill --kind relink": [r"^planted +relink at 0:\d+", r"^found by "],
    "custody attest-views": [r"^archives  round \d+ .*attested in 0:\d+$", r"^activity  round "],
    "custody rebuild": [r"\d+ records folded .*digests are equal", r"^4 of 4 attestations .* hold"],
    "custody events data.shared": [r"^data\.shared: ", r'"properties"', r"^example:$"],
    "deploy/kafka/kafka up 3": None,  # brokers: tests/broker
    "custody serve --data /tmp/k --kafka 127.0.0.1:19092,127.0.0.1:19093,127.0.0.1:19094": None,
    "custody help exit": [r"^0 ", r"^1 ", r"^2 ", r"^3 ", r"^4 ", r"^5 "],
    "custody log --raw | custody-verify -": [r"^no fault found$"],
}


def commands_of(readme):
    """The lines of indented blocks, and what stands in `ticks` and begins with custody; without their comments."""
    blocks = [line[4:] for line in readme.splitlines() if line.startswith("    ")]
    inline = re.findall(r"`(custody [a-z]+ [^`]*)`", readme)
    return [re.sub(r"\s+#.*", "", line).strip() for line in blocks] + inline


class Readme(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="custody-readme-")
        self.addCleanup(shutil.rmtree, self.home)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CUSTODY_", "XDG_"))}
        self.env = {**clean, "HOME": self.home, "PATH": BIN + ":" + clean["PATH"]}

    def start(self, command):
        return subprocess.Popen(["bash", "-o", "pipefail", "-c", "exec " + command if "|" not in command else command],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                                cwd=SOURCE, env=self.env)

    def check(self, command, text):
        for pattern in EXAMPLES[command]:
            self.assertRegex(text, re.compile(pattern, re.MULTILINE), command)

    def run_until_seen(self, process, patterns):
        """Reads an endless command's lines until all patterns have been seen."""
        wanted, text = list(patterns), ""
        while wanted:
            line = process.stdout.readline()
            self.assertTrue(line, f"ended before {wanted}:\n{text}")
            text += line
            wanted = [pattern for pattern in wanted if not re.search(pattern, text, re.MULTILINE)]

    def end(self, process, how):
        process.send_signal(how)
        status = process.wait(PATIENCE)
        process.stdout.close()
        return status

    def test_the_examples_do_what_the_readme_says(self):
        with open(os.path.join(SOURCE, "README.md")) as file:
            commands = commands_of(file.read())
        self.assertEqual(set(commands), set(EXAMPLES))
        service = self.start("custody serve --listen 127.0.0.1:0")  # 8420 may be taken where this test runs
        self.addCleanup(lambda: service.poll() is None and self.end(service, signal.SIGKILL))
        self.run_until_seen(service, EXAMPLES["custody serve"])
        for command in dict.fromkeys(commands):
            if command == "custody serve" or EXAMPLES[command] is None:
                continue
            with self.subTest(command):
                if command.startswith("custody archive"):  # the views follow by themselves; a reader takes longer
                    subprocess.run(["custody", "archive", "C-10017", "--fresh"], cwd=SOURCE, env=self.env, check=True,
                                   stdout=subprocess.DEVNULL, timeout=PATIENCE)
                process = self.start(command)
                if "--follow" in command:
                    self.run_until_seen(process, EXAMPLES[command])
                    self.end(process, signal.SIGTERM)
                    continue
                text, _ = process.communicate(timeout=PATIENCE)
                self.assertEqual(process.returncode, 0, f"{command}\n{text}")
                self.check(command, text)
        self.assertEqual(self.end(service, signal.SIGTERM), 0)


if __name__ == "__main__":
    unittest.main()
