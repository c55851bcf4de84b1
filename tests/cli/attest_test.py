"""Sources that make, keep and attest their own statements: nobody changes, drops or invents one unseen."""
import base64
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from home import CUSTODY, PATIENCE, HomeTest, collected, event, ndjson, opened, wait_until

SOURCE = "urn:crm"


class Proxy:
    """Between a source and its ledger; what passes goes through `change(path, body, forward)`."""

    def __init__(self, url, change):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                kind = self.headers.get("Content-Type", "")

                def forward(changed):
                    request = urllib.request.Request(url + self.path, changed if self.command == "POST" else None,
                                                     {"Content-Type": kind} if kind else {}, method=self.command)
                    try:
                        with urllib.request.urlopen(request, timeout=PATIENCE) as got:
                            return got.status, got.read()
                    except urllib.error.HTTPError as error:
                        return error.code, error.read()

                status, text = change(self.path, body, forward)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def end(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Attest(HomeTest):
    def register(self, key_file="crm.key"):
        """A ledger that knows the source and its key, and whom the source trusts."""
        public = self.custody("keygen", "system:crm", "--out", key_file).strip().split("=", 1)[1]
        registered = event("reg-" + key_file, "source.registered", None,
                           {"id": SOURCE, "key": base64.b64decode(public).hex()}, source="urn:admin")
        del registered["step"]
        self.custody("emit", stdin=ndjson(registered))
        self.trust = self.write("ledger.vkey", self.signed_vkey())

    def events(self, count, begin=0):
        customers = [opened(f"o{i}", f"C-{i}") for i in range(begin, begin + count)]
        return [e for i, o in enumerate(customers, begin)
                for e in (o, collected(f"c{i}", {"name": f"Name {i}", "age": i}, f"C-{i}"))]

    def words(self, *more):
        return ("emit", "--spool", "spool", "--source", SOURCE, "--source-key", "crm.key", "--trust", self.trust, *more)

    def through(self, change, status, *more, events=()):
        """What a source says whose ledger is reached through a proxy."""
        proxy = Proxy(self.service.url, change)
        try:
            return json.loads(self.custody(*self.words("--url", proxy.url, *more), "--json", status=status,
                                           stdin=ndjson(*events)))
        finally:
            proxy.end()

    def queue(self):
        return sorted(os.listdir(os.path.join(self.folder, "spool/queue")))

    def records(self, kind="data.collected"):
        return [line for line in self.lines("log") if line["statement"]["type"] == kind]

    def test_what_a_source_stated_is_proved_and_attested(self):
        self.register()
        said = self.json(*self.words(), stdin=ndjson(*self.events(5)))
        self.assertEqual((said["proved"], said["attested_up_to"], said["waiting"], said["refused"]), (10, 10, 0, 0))
        self.assertEqual(self.queue(), [])
        report = self.json("verify")
        self.assertEqual(report["faults"], [])
        [source] = report["sources_attested"]
        self.assertEqual((source["source"], source["up_to"], source["attested"], source["unattested"]),
                         (SOURCE, 10, 10, 0))
        self.assertIn(f"{SOURCE}: up to its statement 10", self.custody("verify"))
        # The same events again are known; nothing is stated twice.
        again = self.json(*self.words(), stdin=ndjson(*self.events(5)))
        self.assertEqual((again["proved"], again["known"]), (0, 10))
        self.assertEqual(len(self.records()), 5)
        self.assertIn("Name 3", self.custody("archive", "C-3", "--reveal", "name"))
        # What is stated in the source's name by others is in none of its attestations.
        self.custody("emit", stdin=ndjson(collected("foreign", {"name": "Eve"}, "C-1", sequence="11")))
        [source] = self.json("verify")["sources_attested"]
        self.assertEqual((source["up_to"], source["unattested"]), (10, 1))
        self.assertIn("1 statement not attested", self.custody("verify"))

    def test_what_an_operator_changes_of_it_with_all_keys_is_found(self):
        self.register()
        self.custody(*self.words(), stdin=ndjson(*self.events(5)))
        wait_until(lambda: self.json("checkpoint")["shards"][0]["size"] > self.attestation(), "it is under a checkpoint")
        for kind, fault in (("statement-altered", "attested_digest"), ("statement-omitted", "attested_missing")):
            said = self.json("attack", self.data, kind, "--kind", kind, "--seed", "1")
            faults = self.json("verify", "--data", kind, status=1)["faults"]
            self.assertEqual([(f["kind"], f"{f['shard']}:{f['seq']}") for f in faults], [(fault, said["at"])])

    def attestation(self):
        return max(r["seal"]["seq"] for r in self.records("source.attested"))

    def test_over_several_shards(self):
        self.custody("init", "--shards", "4")
        self.service = self.serve()
        self.register()
        for begin in range(0, 30, 10):
            self.json(*self.words(), stdin=ndjson(*self.events(10, begin)))
        self.custody("emit", stdin=ndjson(opened("last", "C-999")))
        self.assertEqual(self.service.end(), 0)
        self.custody("emit", stdin=ndjson(opened("very-last", "C-1000")))
        report = self.json("verify")
        self.assertEqual(report["faults"], [])
        [source] = report["sources_attested"]
        self.assertEqual((source["up_to"], source["unattested"]), (60, 0))

    def test_an_event_that_is_refused_stops_no_other(self):
        self.register()
        events = self.events(3)
        del events[3]["data"]["basis"]             # the source sees this itself
        events[4] = collected("nobody", {"name": "x"}, "C-404")  # this only the ledger can tell
        said = self.json(*self.words(), stdin=ndjson(*events), status=2)
        self.assertEqual((said["proved"], said["refused"], said["waiting"]), (3, 3, 0))
        self.assertEqual(len(os.listdir(os.path.join(self.folder, "spool/refused"))), 2)
        report = self.json("verify")
        self.assertEqual(report["faults"], [])
        self.assertEqual(report["sources_attested"][0]["unattested"], 0)

    def test_a_gateway_that_omits_a_statement_is_caught(self):
        self.service = self.serve()
        self.register()

        def omit(path, body, forward):
            if not path.startswith("/v1/statements") or body.count(b"\n") < 3:
                return forward(body)
            lines = body.splitlines(keepends=True)
            status, text = forward(b"".join(lines[:1] + lines[2:]))
            answers = [json.loads(line) for line in text.splitlines()]
            for answer in answers[1:]:
                answer["line"] += 1
            answers.insert(1, {**answers[0], "line": 2})  # "it is sealed", where another one is
            return status, ndjson(*answers).encode()

        said = self.through(omit, 1, events=self.events(3))
        self.assertIn("altered", said["alarm"])
        self.assertIn("ALARM", self.stderr)
        self.assertGreater(said["waiting"], 0)

    def test_a_gateway_that_alters_a_statement_is_caught(self):
        self.service = self.serve()
        self.register()

        def alter(path, body, forward):
            if not path.startswith("/v1/statements"):
                return forward(body)
            lines = [json.loads(line) for line in body.splitlines()]
            for line in lines:
                statement = base64.b64decode(line["statement"])
                if b"data.collected" in statement:
                    line["statement"] = base64.b64encode(statement.replace(b"person:ana", b"person:eve")).decode()
            return forward(ndjson(*lines).encode())

        said = self.through(alter, 1, events=self.events(2))
        self.assertIn("altered", said["alarm"])
        self.assertGreater(said["waiting"], 0)
        # What was sealed in its name is not what the source attests: the log convicts whoever altered it.
        self.assertEqual(self.service.end(), 0)
        faults = {fault["kind"] for fault in self.json("verify", status=1)["faults"]}
        self.assertEqual(faults, {"attested_digest"})

    def test_a_ledger_that_proves_nothing_is_an_omission(self):
        self.service = self.serve()
        self.register()
        seen = []

        def withhold(path, body, forward):
            seen.append(path)
            if path.startswith("/v1/proofs") and path != "/v1/proofs/0/0":
                return 503, b"{}"
            return forward(body)

        said = self.through(withhold, 1, "--patience", "2", events=self.events(1))
        self.assertIn("omission", said["alarm"])
        self.assertEqual(said["waiting"], 2)
        self.assertTrue(any(path.startswith("/v1/statements") for path in seen))
        # The ledger thinks better of it: the same spool empties, and nothing is there twice.
        later = self.json("attest", *self.words()[1:])
        self.assertEqual((later["proved"], later["waiting"]), (2, 0))
        self.assertEqual(len(self.records()), 1)

    def test_a_history_other_than_the_one_pinned_is_a_fork(self):
        self.register()
        config = os.path.join(self.folder, ".config")
        shutil.copytree(self.data, self.data + ".copy")
        shutil.copytree(config, config + ".copy")
        self.json(*self.words(), stdin=ndjson(*self.events(2)))
        for place in (self.data, config):
            shutil.rmtree(place)
            os.rename(place + ".copy", place)
        self.custody("emit", stdin=ndjson(*self.events(9, 100)))
        said = self.json(*self.words(), stdin=ndjson(*self.events(1, 50)), status=1)
        self.assertIn("fork", said["alarm"])

    def test_who_has_not_the_key_attests_nothing(self):
        self.register()
        self.custody("keygen", "system:other", "--out", "other.key")
        words = list(self.words())
        words[words.index("crm.key")] = "other.key"
        self.custody(*words, stdin=ndjson(*self.events(1)), status=2)
        self.assertIn("is none of the key that is registered", self.stderr)
        self.custody("emit", "--spool", "spool2", "--source", "urn:unknown", "--source-key", "crm.key", "--trust",
                     self.trust, stdin=ndjson(*({**e, "source": "urn:unknown"} for e in self.events(1))), status=2)
        self.assertIn("has no key", self.stderr)
        self.custody("emit", "--spool", "spool3", "--source", SOURCE, "--source-key", "crm.key", status=2)
        self.assertIn("--trust", self.stderr)

    def test_kill_at_any_point_loses_nothing_and_repeats_nothing(self):
        seed = int(os.environ.get("CUSTODY_TEST_SEED", random.randrange(2**32)))
        print(f"seed {seed}")
        choose = random.Random(seed)
        self.service = self.serve()
        self.register()
        events = ndjson(*self.events(60))
        killed = 0
        for turn in range(60):
            done = subprocess.Popen([CUSTODY, *self.words()], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL, env=self.env, cwd=self.folder, text=True)
            killer = threading.Timer(choose.uniform(0.005, 0.02 * (turn + 1)), done.kill)  # the first in its first steps
            killer.start()
            try:
                done.communicate(events)
            except BrokenPipeError:
                pass
            killer.cancel()
            if done.wait(PATIENCE) != -signal.SIGKILL:
                break
            killed += 1
        self.assertGreater(killed, 0, "the test kills nothing")
        last = self.json(*self.words(), stdin=events)
        self.assertEqual((last["known"], last["waiting"], last["attested_up_to"]), (120, 0, 120))
        self.assertEqual(self.service.end(), 0)
        report = self.json("verify")
        self.assertEqual(report["faults"], [])
        self.assertEqual([(s["up_to"], s["attested"], s["unattested"]) for s in report["sources_attested"]],
                         [(120, 120, 0)])
        self.assertEqual(len(self.records()), 60)
        self.assertEqual(self.records("event.conflicted"), [])


if __name__ == "__main__":
    unittest.main()
