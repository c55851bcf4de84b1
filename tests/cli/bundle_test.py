"""Evidence bundles of the two examples: made, carried away, and judged without a ledger."""
import glob
import json
import os
import shutil
import unittest

from home import SOURCE, HomeTest, collected, ndjson, opened


class Bundles(HomeTest):
    def import_examples(self):
        crm = os.path.join(SOURCE, "examples/crm")
        self.custody("import", "csv", "--map", os.path.join(crm, "mapping.toml"), *sorted(glob.glob(crm + "/*.csv")))
        self.custody("import", "cloudtrail", os.path.join(SOURCE, "examples/cloudtrail"))

    def trust(self):
        return self.write("operator.vkey", self.signed_vkey())

    def away(self):
        """From here on there is no ledger: what is checked is checked without one."""
        shutil.rmtree(self.data)
        shutil.rmtree(os.path.join(self.folder, ".config"))

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def test_of_the_imported_records_everything_is_proved_offline(self):
        self.import_examples()
        trust = self.trust()
        timeline = self.json("archive", "C-10017")["events"]
        cloud = self.json("activity", "--source", "aws:cloudtrail", "--limit", "10")["events"]
        said = self.custody("bundle", "--customer", "C-10017", "-o", "c.evidence", "--disclose", "subject,phone",
                            "--reason", "court-order")
        self.assertIn(f"holds {len(timeline)} records", said)
        if cloud:
            self.custody("bundle", "--actor", cloud[0]["actor"], "-o", "cloud.evidence")
        self.custody("bundle", "--range", "0:10-19", "-o", "range.evidence")
        self.away()
        text = self.custody("check", "c.evidence", "--trust", trust)
        for part in ("PROVED", "UNWITNESSED", "NOT PROVED  that these are all records about customer", "+1-202-555-0142", "C-10017",
                     "operator's word", "signed by"):
            self.assertIn(part, text)
        answer = self.json("check", "c.evidence", "--trust", trust)
        self.assertEqual(answer["verdict"], "proved")
        self.assertEqual([r["ref"] for r in answer["records"]], [e["ref"] for e in timeline])
        self.assertEqual({v["field"] for v in answer["values"]}, {"subject", "phone"})
        self.assertEqual(answer["summary"]["records"], len(timeline))
        if cloud:
            answer = self.json("check", "cloud.evidence", "--trust", trust)
            self.assertEqual(set(answer["summary"]["actors"]), {cloud[0]["actor"]})
        answer = self.json("check", "range.evidence", "--trust", trust)
        self.assertEqual([r["ref"] for r in answer["records"]], [f"0:{n}" for n in range(10, 20)])
        self.assertTrue(any("these are all records" in text for text in answer["proved"]))
        self.assertFalse(os.path.exists(self.data))

    def test_a_service_gives_the_same_bytes_and_no_number_stands_in_an_address(self):
        self.custody("init", "--shards", "3")
        self.custody("emit", stdin=ndjson(*(opened(f"o{i}", f"C-{i}") for i in range(8)),
                                          *(collected(f"c{i}", {"phone": f"+3460{i}"}, f"C-{i}") for i in range(8))))
        self.custody("bundle", "--customer", "C-5", "-o", "local.evidence")
        to = str(self.json("check", "local.evidence", "--trust", self.trust())["question"]["to"])
        service = self.serve()
        self.custody("bundle", "--customer", "C-5", "--to", to, "-o", "served.evidence")
        self.assertEqual(self.read("served.evidence"), self.read("local.evidence"))
        answer = self.json("bundle", "--actor", "person:ana", "-o", "actor.evidence")
        self.assertEqual((answer["records"], answer["values"]), (16, 0))
        self.assertNotIn("C-5", service.errors())
        self.custody("bundle", "--customer", "C-5", "-o", "x.evidence", "--disclose", "phone", status=2)
        self.assertIn("--reason", self.stderr)
        self.custody("bundle", "--customer", "nobody", "-o", "x.evidence", status=2)
        self.custody("bundle", "-o", "x.evidence", status=2)
        self.custody("bundle", "--customer", "C-5", "--actor", "person:ana", "-o", "x.evidence", status=2)
        self.custody("bundle", "--customer", "C-5", status=2)
        self.custody("bundle", "--range", "0:1", "-o", "x.evidence", status=2)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "x.evidence")))

    def test_what_is_no_evidence_has_a_status_of_its_own_and_tells_nothing(self):
        vectors = os.path.join(SOURCE, "tests/vectors/bundle")
        trust = os.path.join(vectors, "operator.vkey")
        statuses = {"proved": 0, "fault": 1}
        with open(os.path.join(vectors, "README.md")) as table:
            rows = [line.split(" | ") for line in table if ".bundle | " in line]
        self.assertGreater(len(rows), 40)
        for name, verdict, why in rows:
            name = name.removeprefix("| ")
            with self.subTest(name):
                path = os.path.join(vectors, name)
                status = statuses.get(verdict, 5)
                if name == "no_bundle.bundle":  # judged as a proof, and none either
                    self.assertEqual(json.loads(self.custody("check", path, "--trust", trust, "--json", status=5))["verdict"],
                                     "no_evidence")
                    continue
                answer = json.loads(self.custody("check", path, "--trust", trust, "--json", status=status))
                self.assertEqual(answer["verdict"], verdict)
                if status:
                    self.assertEqual(set(answer), {"verdict", "reason"})
                    self.assertIn(why.removesuffix(" |\n"), answer["reason"])
                    text = self.custody("check", path, "--trust", trust, "--html", "page.html", status=status)
                    self.assertEqual(text.count("\n"), 1)
                    self.assertFalse(os.path.exists(os.path.join(self.folder, "page.html")))

    def test_a_policy_in_the_file_binds_nobody_and_the_readers_own_does(self):
        self.custody("emit", stdin=ndjson(opened()))
        trust = self.trust()
        witness = "witness w vectors.example/w1+2d5b3a3d+BAAA\nquorum w\n"
        self.custody("bundle", "--customer", "C-1", "-o", "x", "--policy", self.write("bad.policy", witness), status=2)
        weak = self.write("weak.policy", "quorum none\n")
        self.custody("bundle", "--customer", "C-1", "-o", "x.evidence", "--policy", weak)
        text = self.custody("check", "x.evidence", "--trust", trust)
        self.assertIn("UNWITNESSED", text)
        self.assertIn("the operator chose that policy", text)
        with open(os.path.join(SOURCE, "tests/vectors/cosignature/witness.vkey")) as file:
            key = file.read().strip()
        mine = self.write("mine.policy", f"witness w {key}\nquorum w\n")
        self.assertIn("UNWITNESSED", self.custody("check", "x.evidence", "--trust", trust, "--policy", mine, status=5))
        self.custody("check", "x.evidence", "--trust", trust, "--policy", weak)

    def test_a_page_to_print_is_whole_in_itself_and_escapes_everything(self):
        self.custody("emit", stdin=ndjson(opened(), collected("c1", {"name": "<script>alert(1)</script>&\u202e\u001b[31m"})))
        trust = self.trust()
        self.custody("bundle", "--customer", "C-1", "-o", "x.evidence", "--disclose", "name", "--reason", "audit")
        text = self.custody("check", "x.evidence", "--trust", trust, "--html", "page.html")
        for bad in ("\u001b", "\u202e"):
            self.assertNotIn(bad, text)
        page = self.read("page.html").decode()
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;&amp;\\u{202e}\\u{1b}[31m", page)
        for bad in ("<script", "http://", "https://", "src=", "\u202e", "\u001b"):
            self.assertNotIn(bad, page)
        for part in ("What is not proved", "Unwitnessed", "custody check x.evidence", "sha256sum", "Signature"):
            self.assertIn(part, page)

    def test_hostile_files_are_bounded_and_said_to_be_none(self):
        trust = os.path.join(SOURCE, "tests/vectors/bundle/operator.vkey")
        self.custody("check", "/dev/zero", "--trust", trust, status=5)
        self.custody("check", trust, "--trust", "/dev/zero", status=2)
        self.custody("check", trust, "--trust", trust, "--policy", "/dev/zero", status=2)
        self.custody("check", trust, "--trust", self.folder, status=2)
        self.custody("check", self.folder, "--trust", trust, status=2)
        help_of_check = self.custody("help", "check")
        for flag in ("--kafka", "--data", "--url"):
            self.assertNotIn(flag, help_of_check)
        self.assertIn("--json", help_of_check)


if __name__ == "__main__":
    unittest.main()
