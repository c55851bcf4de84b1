"""Trusted time: time stamps of an authority made here with `openssl ts`, and the times of witnesses, as bounds of a record's entry."""
import importlib.util
import json
import os
import unittest

from home import SOURCE, HomeTest, ndjson, opened, wait_until
from witness import HostileWitness, WitnessService, answer

spec = importlib.util.spec_from_file_location("make_timestamps", os.path.join(SOURCE, "tests/vectors/timestamp/make.py"))
openssl_ts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(openssl_ts)

REPLY = "application/timestamp-reply"


class Authority(HostileWitness):
    """A server around `openssl ts -reply`."""

    def __init__(self, home, name="one"):
        self.folder = os.path.join(home.folder, f"tsa-{name}")
        os.mkdir(self.folder)
        openssl_ts.authority(self.folder, name)
        self.ca = os.path.join(self.folder, f"{name}-ca.pem")
        self.queries = []
        super().__init__(home, None)
        self.manner = self.stamp
        self.name = name

    def stamp(self, handler, query):
        self.queries.append(query)
        answer(200, lambda _: openssl_ts.reply(self.folder, self.name, query), REPLY)(handler, query)


class Time(HomeTest):
    def setUp(self):
        super().setUp()
        self.count = 0
        self.state()
        self.vkey = self.custody("checkpoint", "--vkey")
        self.trust = self.write("operator.vkey", self.vkey)
        self.tsa = Authority(self)

    def state(self, n=4):
        self.custody("emit", stdin=ndjson(*(opened(f"o{self.count + i}", f"C-{self.count + i}") for i in range(n))))
        self.count += n

    def authority(self, service):
        return json.loads(service.get("/v1/status")[1]).get("time_authority") or {}

    def wait_stamped(self, service):
        wait_until(lambda: self.authority(service).get("stamped"), f"a stamp: {self.authority(service)}")
        wait_until(lambda: self.json("checkpoint").get("stamped"), "it is kept")

    def test_a_checkpoint_is_stamped_and_says_by_when_a_record_was_there(self):
        service = self.serve("--tsa", self.tsa.url, "--tsa-ca", self.tsa.ca)
        self.wait_stamped(service)
        text = self.custody("checkpoint", "--tsa-ca", self.tsa.ca)
        self.assertRegex(text, r"time stamp \d+ records of shard 0 were there not after 20\d\d-.*, says O = Example Time, CN = one")
        self.custody("prove", "0:1", "--earliest", "-o", "proof")
        text = self.custody("check", "proof", "--trust", self.trust, "--tsa-ca", self.tsa.ca)
        self.assertRegex(text, r"not after   20\d\d-.*, says the time stamp of O = Example Time, CN = one")
        self.assertNotIn("not before", text)
        # Whom the reader does not trust says nothing.
        other = Authority(self, "other")
        self.assertNotIn("not after", self.custody("check", "proof", "--trust", self.trust, "--tsa-ca", other.ca))
        self.assertNotIn("not after", self.custody("check", "proof", "--trust", self.trust))
        self.assertIn("NONE that holds", self.custody("checkpoint", "--tsa-ca", other.ca))
        # It outlives the service, and `openssl ts -verify` takes it.
        service.end()
        note = self.json("checkpoint")["stamped"]["note"]
        self.check_with_openssl(note)
        answer_of = self.json("check", "proof", "--trust", self.trust, "--tsa-ca", self.tsa.ca)
        self.assertIsNone(answer_of["entered"]["not_before"])
        self.assertIn("time stamp", answer_of["entered"]["not_after"]["by"])
        self.custody("verify")

    def check_with_openssl(self, note):
        import base64
        line = next(l for l in note.splitlines() if "/rfc3161 " in l)
        token = base64.b64decode(line.split(" ")[2])[4:]
        self.write("token", token)
        self.write("body", note[:note.index("\n\n") + 1])
        openssl_ts.openssl(self.folder, "ts", "-verify", "-data", "body", "-in", "token", "-token_in", "-CAfile", self.tsa.ca)

    def test_between_two_witnessed_checkpoints_a_record_entered(self):
        witness = WitnessService(self, "--state", "w", "--name", "witness.example/w", "--log", self.trust)
        policy = self.write("policy", f"log {self.vkey}witness w {witness.vkey} {witness.url}\nquorum w\n")
        service = self.serve("--policy", policy, "--tsa", self.tsa.url, "--tsa-ca", self.tsa.ca)
        self.wait_stamped(service)
        wait_until(lambda: self.json("checkpoint")["witnessed"]["quorum"], "it is witnessed")
        # One note holds both kinds of word, and is what an anchor names.
        note = self.json("checkpoint")["stamped"]["note"]
        self.assertIn("\u2014 witness.example/w ", note)
        self.write("before", note)
        size = int(note.split("\n")[1])
        self.state()
        record = f"0:{size + 1}"
        wait_until(lambda: self.json("checkpoint")["shards"][0]["size"] > size + 1, "it is witnessed")
        self.custody("prove", record, "--earliest", "-o", "proof")
        judge = ("check", "proof", "--policy", policy, "--tsa-ca", self.tsa.ca)
        self.assertIn("not after   ", self.custody(*judge))
        text = self.custody(*judge, "--after", "before")
        self.assertRegex(text, r"not before  20\d\d-.*, says the witness witness.example/w, who had seen the ledger without it")
        entered = self.json(*judge, "--after", "before")["entered"]
        self.assertLessEqual(entered["not_before"]["time"], entered["not_after"]["time"])
        # What holds the record is no bound below it; nor is what nobody witnessed.
        self.custody("prove", "0:1", "-o", "proof")
        self.custody(*judge, "--after", "before", status=2)
        self.assertIn("this one among them", self.stderr)
        self.custody("prove", record, "-o", "proof")
        bare = "\n".join(l for l in note.splitlines() if "witness.example" not in l) + "\n"
        self.custody(*judge, "--after", self.write("bare", bare), status=2)
        self.assertIn("nothing is known of its time", self.stderr)

    def test_an_authority_that_fails_is_named_and_holds_up_nothing(self):
        other = Authority(self, "other")
        first = self.json("status")["shards"][0]["size"]
        manners = {
            "malformed": [answer(200, "garbage", REPLY), answer(200, "x"),
                          lambda h, q: answer(200, lambda _: openssl_ts.reply(self.tsa.folder, "one", self.tsa.queries[0]),
                                              REPLY)(h, q)],  # an answer of before
            "refused": [answer(503, "")],
            "too_large": [answer(200, b"x" * (65 << 10), REPLY)],
            "signature": [other.stamp],
        }
        self.tsa.queries.append(openssl_ts.query(self.tsa.folder, b"\1" * 32))
        for kind, ways in manners.items():
            for manner in ways:
                self.tsa.manner = manner
                service = self.serve("--tsa", self.tsa.url, "--tsa-ca", self.tsa.ca)
                wait_until(lambda: any(f["kind"] == kind for f in self.authority(service).get("failures", [])), kind)
                self.assertNotEqual(self.authority(service)["trouble"], "")
                self.state(n=1)
                service.end()
        self.assertIsNone(self.json("checkpoint").get("stamped"))
        self.assertGreater(self.json("status")["shards"][0]["size"], first)
        for flags in (("--tsa", self.tsa.url), ("--tsa-ca", self.tsa.ca), ("--tsa", "x", "--tsa-ca", self.tsa.ca),
                      ("--tsa", self.tsa.url, "--tsa-ca", self.trust)):
            self.custody("serve", "--listen", "127.0.0.1:0", *flags, status=2)


if __name__ == "__main__":
    unittest.main()
