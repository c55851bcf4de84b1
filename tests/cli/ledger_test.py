"""Making a ledger, reading it, verifying it, and what is refused untouched."""
import hashlib
import json
import os
import pty
import shutil
import subprocess
import unittest
from datetime import datetime

from home import CUSTODY, SOURCE, HomeTest, collected, event, ndjson, opened, wait_until


def contents(folder):
    """Every file of a data folder that is not a mere lock, with its bytes' hash."""
    out = {}
    for at, _, files in os.walk(folder):
        for name in files:
            if name not in ("lock", "lock.mdb"):
                with open(os.path.join(at, name), "rb") as file:
                    out[os.path.relpath(os.path.join(at, name), folder)] = hashlib.sha256(file.read()).hexdigest()
    return out


MAPPING = """format = 1
[event]
source = "urn:crm"
actor = "person:ana"
time = "2026-01-01T00:00:00Z"
[[rule]]
files = "*.csv"
type = "archive.opened"
subject = "{number}"
step = "step:intake"
data = { opener = "person:ana", channel = "shop" }
"""


class Attest(HomeTest):
    def test_the_views_are_attested_and_a_rebuild_agrees(self):
        self.custody("emit", stdin=ndjson(opened(), collected("c-1", {"name": "Ada"})))
        self.assertIn("0 of 0 attestations", self.custody("rebuild"))  # which then attests
        first = self.json("attest-views")["views"]
        self.assertEqual([view["view"] for view in first], ["archives", "activity", "registry", "rounds"])
        again = self.json("rebuild", "--check-attested")
        self.assertTrue(again["swapped"])
        self.assertTrue(again["attested"]["checked"])
        self.assertTrue(all(check["holds"] for check in again["attested"]["checked"]))
        self.assertIn(first[0], [check["stated"] for check in again["attested"]["checked"]])
        self.custody("verify")


class Init(HomeTest):
    def test_init_is_optional_repeatable_and_never_changes_what_is_there(self):
        made = self.json("init", "--name", "north", "--origin", "example.org/north", "--shards", "2")
        self.assertEqual((made["name"], made["origin"], made["shards"], made["mode"]),
                         ("north", "example.org/north/0", 2, "open"))
        self.assertEqual(self.json("init"), made)
        self.assertEqual(self.json("init", "--name", "north", "--shards", "2"), made)
        for flag, value in (("--name", "south"), ("--origin", "example.org/south"), ("--shards", "3")):
            self.custody("init", flag, value, status=2)
            self.assertIn("there is a ledger already", self.stderr)

    def test_the_folders_are_named_by_flag_variable_or_default(self):
        self.custody("init", "--data", "d1", "--keys", "k1")
        self.custody("init", env={"CUSTODY_DATA": "d2", "CUSTODY_KEYS": "k2"})
        self.custody("init")
        for folder in ("d1", "d2", ".local/share/custody"):
            self.assertTrue(os.path.isdir(os.path.join(self.folder, folder, "log")), folder)
        for folder in ("k1", "k2", ".config/custody/keys"):
            ledger, = os.listdir(os.path.join(self.folder, folder))
            for key in os.listdir(os.path.join(self.folder, folder, ledger)):
                self.assertEqual(os.stat(os.path.join(self.folder, folder, ledger, key)).st_mode & 0o777, 0o600)

    def test_two_founders_make_a_governed_ledger(self):
        anna, bob = (self.custody("keygen", f"person:{name}").strip() for name in ("anna", "bob"))
        self.assertEqual(os.stat(os.path.join(self.folder, "anna.key")).st_mode & 0o777, 0o600)
        self.custody("keygen", "person:anna", status=2)  # an existing key is not overwritten
        self.custody("keygen", "anna", status=2)
        for founders in ([anna], [anna, anna], [anna, "person:bob"], [anna, "person:bob=" + anna.split("=", 1)[1]]):
            self.custody("init", *(f for founder in founders for f in ("--founder", founder)), status=2)
            self.custody("verify", status=2)
            self.assertIn("there is no ledger", self.stderr)
        made = self.json("init", "--founder", anna, "--founder", bob)
        self.assertEqual(made["mode"], "governed")
        self.assertEqual([f["principal"] for f in made["founders"]], ["person:anna", "person:bob"])
        self.custody("init", "--founder", bob, "--founder", anna, status=2)
        self.custody("verify", "--descriptor", made["descriptor"])

    def test_in_a_governed_ledger_who_states_what_is_checked(self):
        anna, bob = (self.custody("keygen", f"person:{name}").strip() for name in ("anna", "bob"))
        self.custody("init", "--founder", anna, "--founder", bob)
        token = self.json("principal", "add", "person:anna")["token"]
        crm = self.json("principal", "add", "system:crm", "--source", "urn:crm")["token"]
        self.assertEqual([p["name"] for p in self.lines("principal", "list")], ["person:anna", "system:crm"])
        service = self.serve()
        self.custody("status", status=2)  # without a token
        self.assertIn("CUSTODY_TOKEN", self.stderr)
        department = event("d", "department.registered", None, {"department": "dept:sales", "label": "Sales"},
                           actor="person:anna")
        del department["step"]
        as_anna, as_crm = {"CUSTODY_TOKEN": token}, {"CUSTODY_TOKEN": crm}
        self.custody("emit", stdin=ndjson({**department, "actor": "person:bob"}), env=as_anna, status=2)
        self.custody("emit", stdin=ndjson(department), env=as_crm, status=2)
        self.custody("emit", stdin=ndjson(department), env=as_anna)
        self.custody("emit", stdin=ndjson(opened()), env=as_crm)
        self.custody("emit", stdin=ndjson(opened("o2", "C-2", source="urn:other")), env=as_crm, status=2)
        rows = self.write("customers.csv", "number\nC-7\n")
        words = ("import", "csv", "--map", self.write("m.toml", MAPPING), rows)
        self.custody(*words, env=as_anna, status=2)
        self.assertIn("may not state events of this source", self.stderr)
        self.assertNotIn("import.begun", self.custody("log", env=as_anna))
        self.custody(*words, env=as_crm)
        self.assertIn("import.ended", self.custody("log", env=as_crm))
        self.custody("principal", "remove", crm.split(".")[0])
        self.assertEqual(service.end(), 0)
        self.assertEqual(self.json("verify")["faults"], [])


class Read(HomeTest):
    def fill(self):
        self.custody("emit", stdin=ndjson(opened(), collected("v1", {"phone": "1"}, time="2026-03-03T10:00:00Z"),
                                          event("late", time="2026-03-02T12:00:00Z"),
                                          event("a2", time="2026-03-05T12:00:00Z")))

    def test_the_archive_is_a_timeline_newest_last_as_of_any_position(self):
        service = self.serve()
        self.fill()
        wait_until(lambda: "closed_at" in json.loads(service.get("/v1/status")[1])["round"], "the views know a round")
        text = self.custody("archive", "C-1")
        self.assertIn("as of round", text)
        times = [line[:10] for line in text.splitlines() if "  [0:" in line and line.startswith("2026")]
        self.assertEqual(times, sorted(times))
        self.assertEqual(len(times), 4)
        answer = self.json("archive", "C-1")
        self.assertEqual(len(answer["events"]), 4)
        rounds = answer["position"]["round"]
        self.assertEqual(self.json("archive", "C-1", "--as-of", "0")["events"], [])
        self.assertIn("nothing had been recorded", self.custody("archive", "C-1", "--as-of", "0"))
        self.assertEqual(self.json("archive", "C-1", "--as-of", "1999-01-01")["events"], [])
        self.assertEqual(self.json("archive", "C-1", "--as-of", "2999-01-01T00:00:00Z")["subject"], answer["subject"])
        self.custody("archive", "C-1", "--as-of", str(rounds + 1000), status=2)
        self.assertIn("there is no round", self.stderr)
        self.custody("archive", "C-1", "--as-of", "soon", status=2)
        self.custody("archive", "C-404", status=2)

    def test_what_a_command_states_without_a_service_is_in_a_signed_round_when_it_ends(self):
        self.fill()
        shard, = self.json("verify")["shards"]
        self.assertGreater(shard["size"], 4)
        self.assertEqual(shard["signed"], shard["size"])
        self.assertIn("as of round", self.custody("archive", "C-1"))

    def test_a_record_is_read_as_text_as_json_and_as_bytes(self):
        self.fill()
        self.assertEqual(len(self.custody("log", "--from", "0:2", "--limit", "3").splitlines()), 3)
        records = self.lines("log", "--from", "0:2", "--limit", "3")
        self.assertEqual([r["ref"] for r in records], ["0:2", "0:3", "0:4"])
        dump = self.custody("log", "--hex", "--from", "0:3", "--limit", "1")
        self.assertIn(records[1]["leaf"], dump)
        for field in ("magic", "CSR1", "CST1", "CEV1", "seq", "prev", "intake", "values_commit", "body"):
            self.assertIn(field, dump)
        self.custody("log", "--from", "0", status=2)
        self.custody("log", "--limit", "0", status=2)

    def test_the_log_of_several_shards_is_one_by_the_time_of_the_seal_then_by_shard(self):
        self.custody("init", "--shards", "3")
        for i in range(6):
            self.custody("emit", stdin=ndjson(opened(f"o{i}", f"C-{i}")))
        local = self.lines("log")
        self.assertEqual({r["seal"]["shard"] for r in local}, {0, 1, 2})
        self.assertEqual(sum(r["statement"]["type"] == "archive.opened" for r in local), 6)
        service = self.serve()
        served = self.lines("log")
        for records in (local, served):
            place = [(datetime.fromisoformat(r["seal"]["sealed_at"]), r["seal"]["shard"]) for r in records]
            self.assertEqual(place, sorted(place))
            for shard in range(3):
                seqs = [r["seal"]["seq"] for r in records if r["seal"]["shard"] == shard]
                self.assertEqual(seqs, list(range(len(seqs))))
        self.assertEqual([r["ref"] for r in served[:len(local)]], [r["ref"] for r in local])
        refs = [r["ref"] for r in served]
        self.assertEqual([r["ref"] for r in self.lines("log", "--limit", "5")], refs[:5])
        self.assertEqual([line.split("[")[-1] for line in self.custody("log", "--limit", "5").splitlines()],
                         [ref + "]" for ref in refs[:5]])
        dumps = self.custody("log", "--hex", "--limit", "5")
        self.assertEqual([r["leaf"] in dumps for r in served[:6]], [True] * 5 + [False])
        self.assertEqual({r["seal"]["shard"] for r in self.lines("log", "--from", "2:1")}, {2})
        self.custody("log", "--from", "3:0", status=2)
        self.assertEqual(service.end(), 0)

    def test_following_without_a_shard_prints_what_arrives_on_any(self):
        self.custody("init", "--shards", "3")
        self.serve()
        follow = subprocess.Popen([CUSTODY, "log", "--json", "--follow"], stdout=subprocess.PIPE, text=True,
                                  env=self.env)
        for i in range(8):  # customers, so that their events are spread over the shards
            receipt = self.json("emit", stdin=ndjson(opened(f"o{i}", f"C-{i}")))
            wanted = f"{receipt['shard']}:{receipt['seq']}"
            while json.loads(follow.stdout.readline())["ref"] != wanted:
                pass
        follow.terminate()
        follow.wait()
        follow.stdout.close()

    def test_following_prints_records_as_they_are_sealed(self):
        self.serve()
        self.custody("emit", stdin=ndjson(opened()))
        follow = subprocess.Popen([CUSTODY, "log", "--json", "--follow"], stdout=subprocess.PIPE, text=True,
                                  env=self.env)
        seen = []
        while "archive.opened" not in seen:
            seen.append(json.loads(follow.stdout.readline())["statement"]["type"])
        self.custody("emit", stdin=ndjson(event("a")))
        while "data.accessed" not in seen:
            seen.append(json.loads(follow.stdout.readline())["statement"]["type"])
        follow.terminate()
        follow.wait()
        follow.stdout.close()

    def test_verify_says_what_it_proved_in_fixed_fields(self):
        self.fill()
        report = self.json("verify")
        for field in ("records", "bytes", "rounds", "shards", "witnessed", "faults", "seconds"):
            self.assertIn(field, report)
        self.assertLessEqual({"shard", "size", "head", "root"}, set(report["shards"][0]))
        self.assertEqual(report["records"], report["shards"][0]["size"])
        self.assertEqual(report["faults"], [])
        self.assertTrue(self.json("verify")["extends"])
        text = self.custody("verify")
        for part in ("bytes", "links", "tree", "signatures", "rounds", "witnessed up to", "UNWITNESSED tail", "blobs",
                     "sources attested"):
            self.assertIn(part, text)

    def test_a_changed_byte_is_found_and_named(self):
        self.fill()
        seq = next(r for r in self.lines("log") if r["statement"]["type"] == "archive.opened")["seal"]["seq"]
        path = os.path.join(self.data, "log", "data.mdb")
        with open(path, "r+b") as file:
            old = file.read()
            file.seek(0)
            file.write(old.replace(b"archive.opened", b"archive.opemed"))
        report = self.json("verify", status=1)
        self.assertFalse(report["ok"])
        fault = report["faults"][0]
        self.assertLessEqual({"kind", "shard", "seq", "expected", "found"}, set(fault))
        self.assertIn(fault["seq"], (seq, seq + 1))  # the record itself, or the one whose link no longer holds
        self.custody("verify", status=1)

    def test_the_catalogue_is_printed_with_schema_and_example(self):
        kinds = self.json("events")
        self.assertIn("data.shared", kinds)
        shared = self.json("events", "data.shared")
        self.assertEqual(shared["example"]["type"], "data.shared")
        self.assertIn("properties", shared["schema"])
        self.custody("events", "data.stolen", status=2)

    def test_a_dry_run_shows_ten_events_and_sends_nothing(self):
        crm = os.path.join(SOURCE, "examples/crm")
        files = sorted(os.path.join(crm, f) for f in os.listdir(crm) if f.endswith(".csv"))
        shown = self.custody("import", "csv", "--map", os.path.join(crm, "mapping.toml"), "--dry-run", *files)
        self.assertEqual(len([json.loads(line) for line in shown.splitlines()]), 10)
        self.assertFalse(os.path.exists(self.data))

    def test_hostile_tables_are_refused_by_line_and_take_no_memory(self):
        mapping = self.write("m.toml", MAPPING)
        self.custody("init")
        bomb = self.write("bomb.csv", b"number\n\"" + b"x" * 40_000_000)
        done = subprocess.run(["bash", "-c", f"ulimit -v 200000; exec {CUSTODY} import csv --dry-run --map {mapping} {bomb}"],
                              capture_output=True, text=True, env=self.env)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, "bomb.csv:2:1: the quote that opens here never closes")

    def test_progress_and_colour_are_for_terminals_only(self):
        self.fill()
        for words in (("verify",), ("log",), ("archive", "C-1"), ("status",), ("help",)):
            self.assertNotIn("\x1b", self.custody(*words) + self.stderr)
        master, slave = pty.openpty()
        with subprocess.Popen([CUSTODY, "verify"], stdout=slave, stderr=subprocess.DEVNULL, env=self.env) as verify:
            os.close(slave)
            text = b""
            try:
                while piece := os.read(master, 4096):
                    text += piece
            except OSError:  # the terminal's other end is closed
                pass
            verify.wait()
        os.close(master)
        self.assertIn(b"\x1b[", text)


class Refused(HomeTest):
    def test_a_data_folder_of_a_newer_format_is_refused_untouched(self):
        self.custody("emit", stdin=ndjson(opened()))
        path = os.path.join(self.data, "log", "data.mdb")
        with open(path, "r+b") as file:
            old = file.read()
            self.assertIn(b"custody-log/1", old)
            file.seek(0)
            file.write(old.replace(b"custody-log/1", b"custody-log/9"))
        before = contents(self.data)
        for words in (("serve", "--listen", "127.0.0.1:0"), ("verify",), ("status",), ("log",), ("init",),
                      ("emit", self.write("e", json.dumps(event("a"))))):
            self.custody(*words, status=4)
            self.assertIn("custody-log/9", self.stderr)
        self.assertEqual(contents(self.data), before)

    def test_a_foreign_file_in_the_place_of_the_log_is_status_4(self):
        self.custody("init")
        with open(os.path.join(self.data, "log", "data.mdb"), "wb") as file:
            file.write(b"not a store" * 4096)
        for words in (("verify",), ("status",)):
            self.custody(*words, status=4)

    def test_keys_in_the_wrong_place_are_said(self):
        self.custody("init")
        self.custody("status", "--keys", "elsewhere", status=2)
        self.assertIn("--keys", self.stderr)

    def test_benchmarks_that_were_not_built_are_said_with_their_cure(self):
        alone = shutil.copy(CUSTODY, os.path.join(self.folder, "custody"))
        done = subprocess.run([alone, "bench"], capture_output=True, text=True, env=self.env)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("ninja -C build/release custody-bench", done.stderr)

    def test_usage_is_status_2_and_the_statuses_are_listed(self):
        for words in (("frob",), ("emit", "--frob"), ("archive",), ("import",), ("import", "xml", "x"),
                      ("import", "csv", "x"), ("principal",), ("principal", "add", "nobody"), ("serve", "--role", "x"),
                      ("serve", "--listen", "nowhere"), ("init", "--shards", "65"), ("status", "--url", "ftp://x"),
                      ("verify", "--url", "http://127.0.0.1:1")):
            self.custody(*words, status=2)
            self.assertTrue(self.stderr.startswith("custody"), self.stderr)
        self.custody("status", "--url", "http://127.0.0.1:1", status=3)
        self.assertEqual([line[0] for line in self.custody("help", "exit").splitlines()], list("012345"))


if __name__ == "__main__":
    unittest.main()
