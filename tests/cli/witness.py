"""Witnesses: one of nothing but hashlib and `openssl`, after docs/formats/checkpoint.md, ours as a process, and a hostile one."""
import base64
import hashlib
import http.server
import signal
import socket
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

from home import CUSTODY, PATIENCE


def openssl(*words):
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


class Witness:
    def __init__(self, name):
        self.name = name
        self.der = bytes.fromhex("302e020100300506032b657004220420") + hashlib.sha256(name.encode()).digest()
        with self.file(self.der) as key:
            self.public = openssl("pkey", "-inform", "DER", "-in", key.name, "-pubout", "-outform", "DER")[-32:]
        self.id = hashlib.sha256(name.encode() + b"\n\x04" + self.public).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([4]) + self.public).decode()}"

    def file(self, data):
        out = tempfile.NamedTemporaryFile()
        out.write(data)
        out.flush()
        return out

    def line(self, note, time_s, of=None):
        """The line to put behind a note; `of`: the witness has seen another body."""
        body = (of or note).rpartition("\n\n")[0] + "\n"
        with self.file(self.der) as key, self.file(f"cosignature/v1\ntime {time_s}\n{body}".encode()) as message:
            signature = openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key.name, "-in", message.name)
        return f"\u2014 {self.name} {base64.b64encode(self.id + time_s.to_bytes(8, 'big') + signature).decode()}\n"


class WitnessService:
    def __init__(self, home, *flags):
        listen = () if "--listen" in flags else ("--listen", "127.0.0.1:0")
        self.process = subprocess.Popen([CUSTODY, "witness", "serve", *listen, *flags], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=home.env, cwd=home.folder)
        home.addCleanup(self.end, signal.SIGKILL)
        self.url = self.process.stdout.readline().removeprefix("listening ").strip()
        self.vkey = self.process.stdout.readline().removeprefix("vkey ").strip()

    def end(self, how=signal.SIGTERM):
        if self.process.returncode is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            self.process.stdout.close()
        return self.process.returncode

    def ask(self, body, method="POST", path="/add-checkpoint"):
        request = urllib.request.Request(self.url + path, body.encode() if body else None, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()

    def raw(self, data):
        """What is answered to these bytes, until the witness closes."""
        host, port = self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(data)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        return answer


class HostileWitness:
    """Answers each request as `manner` says, which may be changed: a function of the server's handler and the body."""

    def __init__(self, home, manner):
        self.manner = manner
        self.asked = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    outer.manner(self, body)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        home.addCleanup(self.server.server_close)
        home.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


def answer(status, body, content="text/plain", headers=()):
    """A manner: these bytes, or what a function makes of the submission."""
    def manner(handler, submission):
        data = body(submission) if callable(body) else body
        data = data.encode() if isinstance(data, str) else data
        handler.send_response(status)
        for name, value in (("Content-Type", content), ("Content-Length", str(len(data))), *headers):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
    return manner
