"""Stating events: receipts, faults by pointer and line, batches, hostile input."""
import json
import os
import subprocess
import unittest

from home import CUSTODY, HomeTest, collected, event, ndjson, opened, wait_until


class Emit(HomeTest):
    def test_the_first_use_makes_a_trial_ledger_and_says_so(self):
        self.custody("emit", self.write("e.json", json.dumps(opened())))
        self.assertIn("made a trial ledger", self.stderr)
        self.assertIn("open mode", self.stderr)
        self.custody("emit", self.write("e.json", json.dumps(opened("open-2", "C-2"))))
        self.assertNotIn("made a trial ledger", self.stderr)

    def test_a_receipt_has_its_fields_and_a_repeat_gets_the_first_again(self):
        path = self.write("e.json", json.dumps(opened(), indent=2))
        first = self.json("emit", path)
        for field in ("id", "shard", "seq", "leaf", "sealed_at", "repeat"):
            self.assertIn(field, first)
        self.assertEqual((first["repeat"], first["status"]), (False, "sealed"))
        again = self.json("emit", path)
        self.assertEqual((again["repeat"], again["status"]), (True, "repeat"))
        for field in ("id", "shard", "seq", "leaf", "sealed_at"):
            self.assertEqual(again[field], first[field])

    def test_another_event_under_the_same_id_is_a_conflict(self):
        self.custody("emit", stdin=ndjson(opened(), event("a")))
        self.custody("emit", stdin=ndjson(event("a", data={"mode": "read", "fields": ["phone"]})), status=2)
        self.assertIn("conflict", self.stderr)
        self.assertIn("event.conflicted", self.custody("log"))

    def test_all_faults_of_an_event_come_at_once_and_nothing_is_written(self):
        self.custody("init")
        wrong = {"specversion": "0.9", "id": "", "type": "data.accessed", "source": "urn:crm", "time": "yesterday",
                 "other": 1, "data": {"mode": "sniff", "fields": []}}
        answer = self.lines("emit", self.write("e.json", json.dumps(wrong)), status=2)[0]
        pointers = {fault["pointer"] for fault in answer["faults"]}
        self.assertLessEqual({"/specversion", "/id", "/time", "/other", "/actor", "/step", "/subject", "/data/mode",
                              "/data/fields"}, pointers)
        for pointer in pointers:
            self.assertIn(pointer, self.stderr)
        self.assertNotIn("data.accessed", self.custody("log"))

    def test_rb1_an_unknown_customer_is_refused(self):
        self.custody("emit", stdin=ndjson(event("a", subject="C-9")), status=2)
        self.assertIn("/subject", self.stderr)
        self.assertIn("archive.opened comes first", self.stderr)

    def test_of_many_the_good_are_sealed_and_each_bad_one_is_named_by_its_line(self):
        mixed = ndjson("rubbish", opened(), "", event("a"), "{\"specversion\":", event("b", subject="C-9"), event("c"))
        answers = self.lines("emit", stdin=mixed, status=2)
        self.assertEqual([(a["line"], a["status"]) for a in answers],
                         [(1, "refused"), (2, "sealed"), (4, "sealed"), (5, "refused"), (6, "refused"), (7, "sealed")])
        for line in (1, 5, 6):
            self.assertIn(f"-:{line}: refused", self.stderr)

    def test_lines_are_counted_through_all_batches(self):
        events = [opened()] + [event(f"e{i}") for i in range(1500)]
        events[1200] = "rubbish"
        answers = self.lines("emit", stdin=ndjson(*events), status=2)
        self.assertEqual([a["line"] for a in answers], list(range(1, 1502)))
        self.assertEqual([a["line"] for a in answers if a["status"] == "refused"], [1201])

    def test_lines_that_begin_with_broken_objects_are_lines_all_the_same(self):
        answers = self.lines("emit", stdin=ndjson("{broken", "{also broken", opened()), status=2)
        self.assertEqual([(a["line"], a["status"]) for a in answers], [(1, "refused"), (2, "refused"), (3, "sealed")])

    def test_all_or_nothing_refuses_the_whole(self):
        for bad in ("rubbish", "\"" + "x" * 1_100_000 + "\""):
            self.custody("emit", "--all-or-nothing", stdin=ndjson(opened(), "", bad, event("a")), status=2)
            self.assertIn("-:3: refused", self.stderr)
            self.assertNotIn("archive.opened", self.custody("log"))
        self.custody("emit", "--all-or-nothing", stdin=ndjson(opened(), event("a")))
        self.assertIn("archive.opened", self.custody("log"))

    def test_a_silent_writer_does_not_hold_back_what_it_said_before(self):
        service = self.serve()
        emit = subprocess.Popen([CUSTODY, "emit", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                env=self.env)
        for line in (opened(), event("a"), event("b")):
            emit.stdin.write(json.dumps(line) + "\n")
            emit.stdin.flush()
            self.assertEqual(json.loads(emit.stdout.readline())["status"], "sealed")
        emit.stdin.close()
        self.assertEqual(emit.wait(), 0)
        emit.stdout.close()
        self.assertEqual(service.end(), 0)

    def test_what_cannot_be_read_is_said(self):
        for path in ("/nonexistent", self.folder):
            self.custody("emit", path, status=2)
            self.assertIn("cannot read " + path, self.stderr)

    def test_hostile_documents_are_refused_with_their_place(self):
        self.custody("init")
        documents = {"nul": b'{"id":"a\x00b"}', "utf8": b'{"id":"\xff"}', "deep": b"[" * 200_000,
                     "objects": b'{"a":' * 100_000, "twice": b'{"id":"a","id":"b"}', "bom": b'\xef\xbb\xbf{}',
                     "number": b'{"id":1e999999999}', "empty": b"{}", "array": b"[]", "text": b"rubbish"}
        for name, document in documents.items():
            with self.subTest(name):
                self.custody("emit", self.write(name, document), status=2)
                self.assertIn(f"{name}:1: refused", self.stderr)
        self.assertEqual([r for r in self.lines("log") if not r["statement"]["source"].startswith("custody:")], [])

    def test_a_line_without_an_end_takes_no_memory(self):
        # 256 MiB through a pipe, under a limit of address space that would not hold them beside the mapped store.
        endless = f"head -c 268435456 /dev/zero | tr '\\0' x | {CUSTODY} emit; exit ${{PIPESTATUS[2]}}"
        self.serve()
        shell = subprocess.run(["bash", "-c", f"ulimit -v 200000; {endless}"], capture_output=True, text=True,
                               env=self.env)
        self.assertEqual(shell.returncode, 2, shell.stderr)
        self.assertIn("-:1: refused", shell.stderr)
        self.assertIn("at most 1048576 bytes", shell.stderr)

    def test_what_is_durable_but_not_sealed_is_status_3(self):
        self.custody("emit", stdin=ndjson(opened()))
        faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
        if not os.path.exists(faketime):
            self.skipTest("faketime is not installed")
        back = {"LD_PRELOAD": faketime, "FAKETIME": "-2h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        service = self.serve(env=back, ready=False)
        wait_until(lambda: "the clock says" in service.get("/readyz")[1], "the clock is noticed")
        self.assertEqual(service.get("/readyz")[0], 503)
        self.assertFalse(self.json("status")["sealer"]["ready"])
        self.custody("emit", stdin=ndjson(event("a")), status=3)
        self.assertIn("not sealed yet", self.stderr)
        self.assertEqual(service.end(), 0)
        self.json("emit", stdin=ndjson(event("a")))
        self.assertEqual(self.custody("log").count("data.accessed"), 1)

    def test_values_can_be_revealed_and_are_in_no_file(self):
        self.custody("emit", stdin=ndjson(opened(subject="C-77131"), collected("v", {"phone": "+34600123456"}, "C-77131")))
        answer = self.json("archive", "C-77131", "--reveal", "phone", "--reason", "complaint")
        self.assertEqual([v["value"] for v in answer["revealed"]["values"]], ["+34600123456"])
        self.assertIn("ledger.read", self.custody("log"))
        for folder, _, files in os.walk(self.folder):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    found = file.read()
                for secret in (b"+34600123456", b"C-77131"):
                    self.assertNotIn(secret, found, os.path.join(folder, name))


if __name__ == "__main__":
    unittest.main()
