"""`custody serve` as a process: how it is found, refused, ended, killed; TLS and principals; the clock."""
import json
import os
import signal
import socket
import subprocess
import threading
import unittest

from home import CUSTODY, HomeTest, event, ndjson, opened, wait_until


class Serve(HomeTest):
    def test_its_first_line_says_where_and_ready_is_said_once_events_are_taken(self):
        service = self.serve()
        self.assertRegex(service.first_line, r"^listening http://127\.0\.0\.1:[0-9]+$")
        self.assertEqual(service.get("/readyz"), (200, "ready\n"))
        self.assertIn("OPEN MODE", service.errors())

    def test_a_command_finds_the_service_of_its_data_folder(self):
        service = self.serve()
        self.custody("emit", stdin=ndjson(opened()))
        self.assertEqual(self.json("status")["uptime_s"], json.loads(service.get("/v1/status")[1])["uptime_s"])
        self.custody("status", "--url", service.url)
        self.custody("status", env={"CUSTODY_URL": service.url})
        self.assertEqual(service.end(), 0)
        self.custody("archive", "C-1")  # and opens the folder where none runs

    def test_over_ipv6_it_is_found_by_folder_and_address_and_refuses_foreign_names(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("this machine has no IPv6")
        service = self.serve("--listen", "[::1]:0")
        self.assertRegex(service.url, r"^http://\[::1\]:[0-9]+$")
        self.custody("emit", stdin=ndjson(opened()))
        status = self.json("status", "--url", service.url)
        self.assertEqual(status["ledger"]["id"], json.loads(service.get("/v1/status")[1])["ledger"]["id"])
        port = service.url.rsplit(":", 1)[1]
        for host in (f"[::1]:{port}", "[::1]", f"localhost:{port}"):
            self.assertEqual(service.get("/healthz", {"Host": host})[0], 200, host)
        for host in (f"[::2]:{port}", "::1", f"evil.example:{port}", "[::1"):
            self.assertEqual(service.get("/healthz", {"Host": host})[0], 403, host)
        origin = {"Origin": service.url}
        self.assertEqual(service.get("/healthz", origin)[0], 200)
        self.assertEqual(service.get("/healthz", {"Origin": "http://[::1]:1"})[0], 403)

    def test_a_second_service_on_the_same_data_is_refused_with_the_others_pid(self):
        service = self.serve()
        self.custody("serve", "--listen", "127.0.0.1:0", status=2)
        self.assertIn(f"in use by process {service.process.pid}", self.stderr)
        self.assertEqual(service.get("/readyz")[0], 200)

    def test_what_cannot_be_served_makes_no_ledger(self):
        for flags in (("--listen", "0.0.0.0:0"), ("--listen", "nowhere"), ("--tls-cert", "alone.pem")):
            self.custody("serve", *flags, status=2)
            self.assertFalse(os.path.exists(self.data), flags)

    def test_a_taken_port_is_said(self):
        service = self.serve()
        self.custody("serve", "--data", "other", "--listen", service.url.removeprefix("http://"), status=2)
        self.assertIn("is taken by another program", self.stderr)

    def test_after_sigterm_everything_acknowledged_is_there(self):
        service = self.serve()
        self.custody("emit", stdin=ndjson(opened()))
        acknowledged = []
        emit = subprocess.Popen([CUSTODY, "emit", "--json", "--no-wait"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.env)

        def feed():
            try:
                for i in range(1_000_000):
                    emit.stdin.write(json.dumps(event(f"e{i}")) + "\n")
            except BrokenPipeError:
                pass

        feeder = threading.Thread(target=feed)
        feeder.start()
        for line in emit.stdout:
            acknowledged.append(json.loads(line)["id"])
            if len(acknowledged) == 2000:
                service.process.send_signal(signal.SIGTERM)
        self.assertEqual(service.end(), 0)
        self.assertEqual(emit.wait(), 3)  # not available now
        try:
            emit.stdin.close()
        except BrokenPipeError:
            pass
        feeder.join()
        emit.stdout.close()
        self.assertGreaterEqual(len(acknowledged), 2000)
        self.custody("archive", "C-1")  # seals what was in the intake
        sealed = {record["statement"]["id"] for record in self.lines("log")}
        self.assertEqual([id for id in acknowledged if id not in sealed], [])
        self.assertEqual(self.json("verify")["faults"], [])

    def test_a_killed_service_leaves_nothing_in_the_way(self):
        service = self.serve()
        receipt = self.json("emit", stdin=ndjson(opened()))
        service.end(signal.SIGKILL)
        self.assertTrue(os.path.exists(os.path.join(self.data, "service.json")))
        self.assertEqual(self.json("emit", stdin=ndjson(opened()))["leaf"], receipt["leaf"])
        # A command that has the folder open itself is not taken for the service that was killed.
        holder = subprocess.Popen([CUSTODY, "emit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  env=self.env)
        holder.stdin.write(json.dumps(event("held")) + "\n")
        holder.stdin.flush()
        self.assertIn("sealed", holder.stdout.readline())
        waiting = subprocess.Popen([CUSTODY, "status"], stdout=subprocess.PIPE, text=True, env=self.env)
        holder.stdin.close()
        self.assertEqual(holder.wait(), 0)
        self.assertEqual(waiting.wait(), 0)
        waiting.stdout.close()
        holder.stdout.close()

    def test_many_commands_at_once_without_a_service_all_succeed(self):
        self.custody("emit", stdin=ndjson(opened()))
        files = [self.write(f"e{i}", json.dumps(event(f"p{i}"))) for i in range(4)]
        commands = [subprocess.Popen([CUSTODY, "emit", file], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                     text=True, env=self.env) for file in files]
        said = [(command.communicate()[1], command.returncode) for command in commands]
        self.assertEqual([status for _, status in said], [0] * 4, said)
        self.assertEqual(self.custody("log").count("data.accessed"), 4)

    def test_a_clock_that_jumps_is_not_ready_with_the_reason_and_recovers(self):
        faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
        if not os.path.exists(faketime):
            self.skipTest("faketime is not installed")
        said = self.write("clock", "+0\n")
        service = self.serve(env={"LD_PRELOAD": faketime, "FAKETIME_TIMESTAMP_FILE": said, "FAKETIME_NO_CACHE": "1",
                                  "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.write("clock", "+1h\n")
        wait_until(lambda: service.get("/readyz")[0] == 503, "the jump is noticed")
        self.assertIn("the clock jumped by", service.get("/readyz")[1])
        self.assertIn("the clock jumped by", json.loads(service.get("/v1/status")[1])["sealer"]["reason"])
        self.write("clock", "+0\n")
        wait_until(lambda: service.get("/readyz")[0] == 200, "the clock is right again")
        self.assertEqual(service.end(), 0)
        self.assertEqual(self.json("verify")["faults"], [])


class Reachable(HomeTest):
    """On an address that other machines reach."""

    def certify(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=ledger", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
                        "-keyout", name + "key.pem", "-out", name + "cert.pem"],
                       check=True, capture_output=True, cwd=self.folder)

    def setUp(self):
        super().setUp()
        self.certify("")
        self.tls = ("--tls-cert", "cert.pem", "--tls-key", "key.pem")

    def test_it_demands_tls_and_principals(self):
        anywhere = ("serve", "--listen", "0.0.0.0:0")
        self.custody(*anywhere, status=2)
        self.assertIn("certificate", self.stderr)
        self.custody(*anywhere, *self.tls, status=2)
        self.assertIn("custody principal add", self.stderr)
        self.custody(*anywhere, "--tls-cert", "cert.pem", status=2)
        self.custody(*anywhere, "--tls-cert", "key.pem", "--tls-key", "key.pem", status=2)

    def test_the_command_line_speaks_tls_and_trusts_only_the_right_service(self):
        token = self.custody("principal", "add", "system:crm", "--source", "urn:crm").strip()
        service = self.serve("--listen", "0.0.0.0:0", *self.tls, ready=False)
        self.assertTrue(service.url.startswith("https://0.0.0.0:"))
        with_token = {"CUSTODY_TOKEN": token}
        self.custody("emit", stdin=ndjson(opened()), env=with_token)  # found by the folder, known by its certificate
        self.custody("emit", stdin=ndjson(opened("o2", "C-2")), status=2)
        self.assertIn("CUSTODY_TOKEN", self.stderr)
        self.custody("status", env={"CUSTODY_TOKEN": token[:-1] + ("0" if token[-1] != "0" else "1")}, status=2)
        url = service.url.replace("0.0.0.0", "127.0.0.1")
        self.custody("status", "--url", url, env=with_token, status=3)
        self.assertIn("CUSTODY_CA", self.stderr)
        self.custody("status", "--url", url, env={**with_token, "CUSTODY_CA": "cert.pem"})
        self.custody("status", "--url", url.replace("127.0.0.1", "localhost"),
                     env={**with_token, "CUSTODY_CA": "cert.pem"}, status=3)  # another name than in the certificate
        self.assertEqual(service.end(), 0)

    def test_a_command_is_known_by_its_client_certificate(self):
        for name in ("crm-", "stranger-"):
            self.certify(name)
        self.custody("principal", "add", "system:crm", "--source", "urn:crm", "--certificate", "crm-cert.pem")
        service = self.serve("--listen", "0.0.0.0:0", *self.tls, ready=False)

        def showing(name, key=None):
            return {"CUSTODY_CERT": name + "-cert.pem", "CUSTODY_CERT_KEY": (key or name) + "-key.pem"}
        self.custody("emit", stdin=ndjson(opened()), env=showing("crm"))  # found by the folder
        url = ("--url", service.url.replace("0.0.0.0", "127.0.0.1"))
        trusting = {"CUSTODY_CA": "cert.pem"}
        records = self.lines("log", *url, env={**trusting, **showing("crm")})
        stamp, = (r["stamp"] for r in records if r["statement"]["type"] == "archive.opened")
        self.assertEqual((stamp["principal"], stamp["method"]), ("system:crm", "certificate"))
        self.custody("status", *url, env={**trusting, **showing("stranger")}, status=2)
        self.assertIn("CUSTODY_CERT", self.stderr)
        self.custody("status", *url, env=trusting, status=2)
        for wrong in (showing("crm", "stranger"), {"CUSTODY_CERT": "crm-cert.pem"}, {"CUSTODY_CERT_KEY": "crm-key.pem"},
                      showing("nobodys")):
            self.custody("status", *url, env={**trusting, **wrong}, status=2)
            self.assertIn("CUSTODY_CERT", self.stderr)
        self.assertEqual(service.end(), 0)


if __name__ == "__main__":
    unittest.main()
