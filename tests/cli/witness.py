"""A witness of nothing but hashlib and `openssl`, after docs/formats/checkpoint.md."""
import base64
import hashlib
import subprocess
import tempfile


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
