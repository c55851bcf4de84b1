"""A home of its own for a test: the built `custody` as a process, services of it, and events to state."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

CUSTODY = os.environ["CUSTODY_BIN"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 120  # seconds: only ever waited for where something is wrong


class Service:
    """A `custody serve` on a free port."""

    def __init__(self, home, *flags, env=None, ready=True):
        listen = [] if "--listen" in flags else ["--listen", "127.0.0.1:0"]
        self.stderr = open(os.path.join(home.folder, "serve.stderr"), "a+")
        self.process = subprocess.Popen([CUSTODY, "serve", *listen, *flags], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.stderr, env={**home.env, **(env or {})},
                                        cwd=home.folder, text=True)
        self.first_line = self.process.stdout.readline().rstrip("\n")
        if not self.first_line.startswith("listening "):
            self.process.wait()
            raise AssertionError(f"serve said {self.first_line!r}, then ended: {self.errors()}")
        self.url = self.first_line.removeprefix("listening ")
        if ready:
            wait_until(lambda: self.get("/readyz")[0] == 200, "the service is ready")

    def errors(self):
        self.stderr.seek(0)
        return self.stderr.read()

    def get(self, path, headers=None):
        return self.request("GET", path, None, headers)

    def request(self, method, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, body, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.stderr.close()
        return status


def wait_until(holds, what):
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"waited in vain until {what}")
        time.sleep(0.01)


class HomeTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="custody-cli-")
        self.addCleanup(shutil.rmtree, self.folder)
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CUSTODY_", "XDG_"))}
        self.env = {**clean, "HOME": self.folder, "LC_ALL": "C.UTF-8"}
        self.data = os.path.join(self.folder, ".local/share/custody")
        self.services = []
        self.addCleanup(self.end_services)

    def end_services(self):
        for service in self.services:
            if service.process.returncode is None:
                service.end(signal.SIGKILL)

    def serve(self, *flags, **options):
        service = Service(self, *flags, **options)
        self.services.append(service)
        return service

    def custody(self, *words, status=0, stdin="", env=None):
        """Runs a command, checks its exit status, gives what it printed; `self.stderr` is the rest."""
        done = subprocess.run([CUSTODY, *words], input=stdin, capture_output=True, text=True, timeout=PATIENCE,
                              env={**self.env, **(env or {})}, cwd=self.folder, errors="surrogateescape")
        self.stderr = done.stderr
        self.assertEqual(done.returncode, status, f"custody {' '.join(words)}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def signed_vkey(self, env=None):
        """The key that signs for the ledger, once something is signed."""
        def signed():
            return subprocess.run([CUSTODY, "checkpoint"], capture_output=True, timeout=PATIENCE,
                                  env={**self.env, **(env or {})}, cwd=self.folder).returncode == 0
        wait_until(signed, "something is signed")
        return self.custody("checkpoint", "--vkey", env=env)

    def json(self, *words, **options):
        return json.loads(self.custody(*words, "--json", **options))

    def lines(self, *words, **options):
        return [json.loads(line) for line in self.custody(*words, "--json", **options).splitlines()]

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "wb" if isinstance(text, bytes) else "w") as file:
            file.write(text)
        return path


def event(id, type="data.accessed", subject="C-1", data=None, **more):
    out = {"specversion": "1.0", "id": id, "type": type, "source": "urn:crm", "time": "2026-03-02T09:30:00+01:00",
           "actor": "person:ana", "step": "step:registration"}
    if subject:
        out["subject"] = subject
    out["data"] = data if data is not None else {"mode": "read", "fields": ["name"]}
    return {**out, **more}


def opened(id="open-1", subject="C-1", **more):
    return event(id, "archive.opened", subject, {"opener": "person:ana", "channel": "shop"}, **more)


def collected(id, values, subject="C-1", **more):
    return event(id, "data.collected", subject, {"channel": "shop", "basis": "contract", "values": values}, **more)


def ndjson(*events):
    return "".join(e + "\n" if isinstance(e, str) else json.dumps(e) + "\n" for e in events)
