"""A service that has its checkpoints witnessed: by our witnesses as processes, by some that are away, by hostile ones."""
import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import threading
import unittest

from home import HomeTest, ndjson, opened, wait_until
from witness import HostileWitness, Witness, WitnessService, answer


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def note_of(submission):
    text = submission.decode()
    return text[text.index("\n\n") + 2:]


class Witnessing(HomeTest):
    def setUp(self):
        super().setUp()
        self.count = 0
        self.state("emit")
        self.vkey = self.custody("checkpoint", "--vkey")
        self.trust = self.write("operator.vkey", self.vkey)

    def state(self, *words, n=4):
        self.custody(*words, stdin=ndjson(*(opened(f"o{self.count + i}", f"C-{self.count + i}") for i in range(n))))
        self.count += n

    def witness(self, name, *flags):
        return WitnessService(self, "--state", name, "--name", f"witness.example/{name}", "--log", self.trust, *flags)

    def policy(self, witnesses, rule="2"):
        text = f"log {self.vkey}"
        for name, vkey, url in witnesses:
            text += f"witness {name} {vkey} {url}\n#custody:owner {name} Court of {name}\n"
        return self.write("policy", text + f"group houses {rule} {' '.join(w[0] for w in witnesses)}\nquorum houses\n")

    def witnessing(self, service):
        return json.loads(service.get("/v1/status")[1])["witnessing"]

    def witnessed_size(self, service):
        return self.witnessing(service).get("size") or 0

    def wait_witnessed(self, service, size):
        wait_until(lambda: self.witnessed_size(service) >= size, f"{size} records are witnessed")

    def two_and_one_away(self):
        away = Witness("witness.example/w2")
        return [("w0", (w0 := self.witness("w0")).vkey, w0.url), ("w1", (w1 := self.witness("w1")).vkey, w1.url),
                ("w2", away.vkey, f"http://127.0.0.1:{free_port()}/base/")]

    def test_two_of_three_make_the_quorum(self):
        policy = self.policy(self.two_and_one_away())
        service = self.serve("--policy", policy)
        self.state("emit")
        size = self.json("status")["shards"][0]["size"]
        self.wait_witnessed(service, size)
        # What is served, shown, proved and exported carries the cosignatures.
        text = self.custody("checkpoint")
        self.assertIn("witnessed  by witness.example/w0 (Court of w0) at ", text)
        self.assertIn("quorum     'houses' of the ledger's policy has seen it", text)
        self.assertIn("quorum      of the policy has seen it", self.custody("checkpoint", "--policy", policy))
        self.custody("verify", "--tiles", service.url + "/v1/shards/0", "--policy", policy)
        self.custody("prove", f"0:{size - 1}", "-o", "proof")
        self.assertIn("w1 (Court of w1)", self.custody("check", "proof", "--policy", policy))
        self.custody("export", "tiles", "tree")
        self.custody("verify", "--tiles", "tree/0", "--policy", policy)
        self.assertRegex(self.custody("verify", "--policy", policy), r"witnessed up to +record [1-9]")
        # A record that was sealed this moment is proved with its witnesses.
        self.state("emit", n=1)
        last = self.json("status")["shards"][0]["size"] - 1
        self.custody("prove", f"0:{last}", "-o", "proof")
        self.custody("check", "proof", "--policy", policy)
        # The one that is away is named, with its owner.
        lines = {w["name"]: w for w in self.witnessing(service)["witnesses"]}
        self.assertEqual(lines["w2"]["owner"], "Court of w2")
        self.assertIn("cannot be reached", lines["w2"]["trouble"])
        self.assertEqual((lines["w0"]["trouble"], lines["w2"]["failures"][0]["kind"]), ("", "unreachable"))
        status = self.custody("status")
        self.assertIn("witness    w2 (Court of w2), has not cosigned in this run: cannot be reached", status)
        metrics = service.get("/metrics")[1]
        self.assertIn('custody_witness_failures_total{kind="unreachable",witness="w2"}', metrics)
        self.assertRegex(metrics, r'custody_witness_records\{witness="w0"\} [1-9]')

    def test_later_rounds_name_what_was_witnessed(self):
        policy = self.policy(self.two_and_one_away())
        service = self.serve("--policy", policy)
        self.wait_witnessed(service, 1)

        def anchored():
            self.state("emit", n=1)
            size = self.json("status")["shards"][0]["size"]
            for seq in range(size - 1, max(0, size - 40), -1):
                statement = json.loads(service.get(f"/v1/records/0/{seq}")[1])["statement"]
                if statement["type"] == "ledger.round" and statement["data"].get("anchor"):
                    return statement["data"]
            return None
        wait_until(anchored, "a round has an anchor")
        body = anchored()
        anchor = body["anchor"]
        self.assertLess(anchor["round"], body["round"])
        note = self.json("checkpoint", "--at", str(anchor["round"]))["shards"][0]["note"]
        digest = hashlib.sha256(note.encode()).digest()
        self.assertIn(anchor["note_sha256"], (digest.hex(), base64.b64encode(digest).decode()))
        self.assertIn("\u2014 witness.example/w0 ", note)
        self.custody("verify", "--policy", policy)

    def test_what_was_witnessed_outlives_a_kill(self):
        policy = self.policy(self.two_and_one_away())
        service = self.serve("--policy", policy)
        self.state("emit")
        self.wait_witnessed(service, self.json("status")["shards"][0]["size"])
        before = self.json("checkpoint")
        service.end(signal.SIGKILL)
        alone = self.json("checkpoint", "--policy", policy)  # no service: from the folder
        self.assertGreaterEqual(alone["shards"][0]["size"], before["shards"][0]["size"])
        self.assertTrue(alone["witnessed"]["quorum"])
        self.custody("prove", "0:2", "-o", "proof")
        self.custody("check", "proof", "--policy", policy)
        service = self.serve("--policy", policy)
        self.state("emit")
        self.wait_witnessed(service, self.json("status")["shards"][0]["size"])
        self.custody("verify", "--policy", policy)
        # Without the flag nobody is asked any more, and nothing is said of a policy.
        service.end()
        service = self.serve()
        self.assertIn("nobody witnesses this ledger from now on", service.errors())
        self.assertNotIn("witnessing", [k for k, v in json.loads(service.get("/v1/status")[1]).items() if v])

    def test_without_its_quorum_it_says_so_and_goes_on(self):
        ports = [free_port() for _ in range(2)]
        houses = [self.witness(f"w{i}", "--listen", f"127.0.0.1:{port}") for i, port in enumerate(ports)]
        policy = self.policy([(f"w{i}", w.vkey, w.url) for i, w in enumerate(houses)], "all")
        houses[1].end()
        service = self.serve("--policy", policy, "--witness-limit", "2s")
        self.state("emit")  # is sealed all the same
        wait_until(lambda: service.get("/readyz")[0] == 503, "it is not ready")
        self.assertIn("UNWITNESSED for ", service.get("/readyz")[1])
        self.state("emit")
        self.assertIn("UNWITNESSED: 'houses'", self.custody("checkpoint"))
        told = self.custody("checkpoint", "--policy", policy, status=5)
        self.assertIn("NO EVIDENCE: UNWITNESSED: the quorum 'houses' of the policy is not reached", told)
        self.assertIn("UNWITNESSED", self.custody("verify", "--policy", policy, status=5))
        self.assertIn("UNWITNESSED: the quorum 'houses' has seen no checkpoint", self.custody("status"))
        self.custody("prove", "0:1", "-o", "proof")
        self.custody("check", "proof", "--policy", policy, status=5)
        # Back again, all of it is witnessed.
        self.witness("w1", "--listen", f"127.0.0.1:{ports[1]}")
        self.wait_witnessed(service, self.json("status")["shards"][0]["size"])
        wait_until(lambda: service.get("/readyz")[0] == 200, "it is ready again")
        self.custody("checkpoint", "--policy", policy)

    def test_a_ledger_that_came_back_from_an_old_copy_is_convicted(self):
        witness = self.witness("w0")
        policy = self.policy([("w0", witness.vkey, witness.url)], "any")
        service = self.serve("--policy", policy)
        self.wait_witnessed(service, 1)
        service.end()
        keys = os.path.join(self.folder, ".config/custody/keys")
        for place in (self.data, keys):
            shutil.copytree(place, place + ".old")
        service = self.serve("--policy", policy)
        self.state("emit", n=30)
        self.wait_witnessed(service, self.json("status")["shards"][0]["size"])
        service.end()
        for place in (self.data, keys):  # the keys too, so that nothing here remembers
            shutil.rmtree(place)
            shutil.move(place + ".old", place)
        service = self.serve("--policy", policy)

        def line():
            return self.witnessing(service)["witnesses"][0]
        wait_until(lambda: line()["contradicts"], "the witness says what it has seen")
        self.assertRegex(line()["trouble"], r"has cosigned \d+ records, and this ledger has signed \d+ records?: .*older copy")
        self.assertIn("notice     WITNESS w0 has cosigned", self.custody("status"))
        self.assertIn("witness w0 has cosigned", service.errors())
        # As it grows past that size it is still another history.
        for _ in range(12):
            self.state("emit", n=10)
        wait_until(lambda: any(f["kind"] == "contradiction" for f in line()["failures"]), "the proof is not taken")
        self.assertTrue(line()["contradicts"])
        self.custody("verify")  # by itself it is whole

    def test_a_hostile_witness_is_counted_and_named_and_never_believed(self):
        liar = Witness("witness.example/liar")
        done = threading.Event()
        self.addCleanup(done.set)

        def huge(handler, _):
            handler.send_response(200)
            handler.end_headers()
            for _ in range(1024):
                handler.wfile.write(b"x" * 65536)

        def late(handler, _):
            done.wait()

        def dripping(handler, _):
            handler.send_response(200)
            handler.end_headers()
            while not done.wait(0.2):
                handler.wfile.write(b"x")
        manners = {
            "malformed": [answer(200, "garbage"), answer(200, b"\xff\x00" * 100), answer(409, "4\n"),
                          answer(409, "99999999999999999999\n", "text/x.tlog.size"),
                          lambda handler, _: handler.wfile.write(b"\x16\x03garbage\r\n\r\n")],
            "signature": [answer(200, lambda s: liar.line(note_of(s), 1_700_000_000, of="x\n9\nAA==\n\n"))],
            "beyond": [answer(409, "99999999\n", "text/x.tlog.size")],
            "refused": [answer(302, "", headers=[("Location", "/elsewhere")]), answer(404, "what?"), answer(500, "")],
            "contradiction": [answer(422, "no")],
            "too_large": [huge, answer(200, b"x" * (64 << 10) + b"y")],
            "late": [late, dripping],
        }
        hostile = HostileWitness(self, answer(200, ""))
        honest = self.witness("w0"), self.witness("w1")
        policy = self.policy([("w0", honest[0].vkey, honest[0].url), ("w1", honest[1].vkey, honest[1].url),
                              ("liar", liar.vkey, hostile.url)])
        for kind, ways in manners.items():
            for number, manner in enumerate(ways):
                with self.subTest(kind=kind, way=number):
                    hostile.manner = manner
                    service = self.serve("--policy", policy)

                    def failures():
                        lines = self.witnessing(service)["witnesses"]
                        return {f["kind"]: f["count"] for f in lines[2]["failures"]}, lines[2]["trouble"]
                    wait_until(lambda: failures()[0].get(kind), f"{kind} is counted: {failures()}")
                    self.assertNotEqual(failures()[1], "")
                    self.state("emit", n=1)
                    self.wait_witnessed(service, self.json("status")["shards"][0]["size"])
                    note = self.json("checkpoint", "--policy", policy)["shards"][0]["note"]
                    self.assertNotIn("liar", note)
                    service.end()
        # One that says what it should, beside what it should not: its own word alone is kept.
        hostile.manner = answer(200, lambda s: Witness("stranger").line(note_of(s), 5) + liar.line(note_of(s), 1_700_000_000))
        service = self.serve("--policy", policy)
        wait_until(lambda: "liar" in service.get("/v1/shards/0/checkpoint")[1], "its word is kept")
        self.assertNotIn("stranger", service.get("/v1/shards/0/checkpoint")[1])

    def test_a_key_that_came_later_is_one_of_the_ledgers(self):
        before, _ = self.vkey, self.custody("keys", "rotate")
        self.vkey = self.custody("checkpoint", "--vkey")
        self.assertNotEqual(self.vkey, before)
        self.trust = self.write("operator.vkey", self.vkey)
        house = self.witness("w0")
        service = self.serve("--policy", self.policy([("w0", house.vkey, house.url)], "1"))
        self.wait_witnessed(service, 1)
        self.assertNotIn("names no key", self.custody("status"))
        service.end()
        # Under the line of before nothing that is signed now counts, and whoever runs it is told why.
        self.vkey = before
        service = self.serve("--policy", self.policy([("w0", house.vkey, house.url)], "1"))
        wait_until(lambda: "the policy names no key that signs for this ledger now" in service.get("/v1/status")[1],
                   "the key of before is told of")

    def test_what_cannot_be_witnessed_is_refused_at_the_start(self):
        w = Witness("witness.example/w0")
        refused = {
            f"log {self.vkey}witness w0 {w.vkey}\nquorum w0\n": "no address of witness w0",
            f"log {self.vkey}witness w0 {w.vkey} ftp://x\nquorum w0\n": "not an http:// or https:// address",
            f"log {self.vkey}quorum none\n": "names no witness",
            f"witness w0 {w.vkey} http://x\n": "no quorum was named",
        }
        self.custody("emit", "--data", "d2", "--keys", "k2", stdin=ndjson(opened()))
        other = self.custody("checkpoint", "--vkey", "--data", "d2", "--keys", "k2")
        refused[f"log {other}witness w0 {w.vkey} http://x\nquorum w0\n"] = "the policy is for other logs"
        for text, reason in refused.items():
            self.custody("serve", "--listen", "127.0.0.1:0", "--policy", self.write("policy", text), status=2)
            self.assertIn(reason, self.stderr)
        self.custody("serve", "--listen", "127.0.0.1:0", "--witness-limit", "10m", status=2)
        self.custody("serve", "--listen", "127.0.0.1:0", "--policy", self.policy([("w", w.vkey, "http://x")], "1"),
                     "--witness-limit", "10", status=2)
        self.assertIn("--witness-limit is a time such as", self.stderr)


if __name__ == "__main__":
    unittest.main()
