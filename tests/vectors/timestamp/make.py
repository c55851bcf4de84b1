"""Makes the vectors anew with `openssl ts`: another authority each time, so only where they must change."""
import hashlib
import os
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BODY = b"example.org/log/0\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ts]
default_tsa = t
[t]
serial = serial
default_policy = 1.3.6.1.4.1.55555.1
signer_digest = sha256
digests = sha256
accuracy = secs:1, millisecs:500
ess_cert_id_alg = sha256
"""


def openssl(folder, *words):
    subprocess.run(["openssl", *words], check=True, cwd=folder, capture_output=True)


def authority(folder, name):
    """A root and, under it, a certificate for time stamps; key and both certificates under that name."""
    with open(os.path.join(folder, "config"), "w") as file:
        file.write(CONFIG)
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "36500",
            "-keyout", f"{name}-ca.key", "-out", f"{name}-ca.pem", "-subj", f"/CN={name} root", "-config", "config",
            "-extensions", "ca")
    openssl(folder, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            f"{name}.key", "-out", f"{name}.csr", "-subj", f"/O=Example Time/CN={name}", "-config", "config")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{name}-ca.pem", "-CAkey", f"{name}-ca.key",
            "-CAcreateserial", "-days", "36500", "-out", f"{name}.pem", "-extfile", "config", "-extensions", "tsa")


def reply(folder, name, query):
    """The response of the authority to a request, both DER."""
    with open(os.path.join(folder, "query"), "wb") as file:
        file.write(query)
    openssl(folder, "ts", "-reply", "-config", "config", "-section", "t", "-queryfile", "query", "-signer", f"{name}.pem",
            "-inkey", f"{name}.key", "-out", "response")
    with open(os.path.join(folder, "response"), "rb") as file:
        return file.read()


def query(folder, digest):
    openssl(folder, "ts", "-query", "-digest", digest.hex(), "-sha256", "-cert", "-out", "asked")
    with open(os.path.join(folder, "asked"), "rb") as file:
        return file.read()


def token(folder, response):
    with open(os.path.join(folder, "in"), "wb") as file:
        file.write(response)
    openssl(folder, "ts", "-reply", "-config", "config", "-section", "t", "-in", "in", "-token_out", "-out", "token")
    with open(os.path.join(folder, "token"), "rb") as file:
        return file.read()


def keep(name, data):
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one", "other"):
            authority(folder, name)
        digest = hashlib.sha256(BODY).digest()
        valid = token(folder, reply(folder, "one", query(folder, digest)))
        keep("valid.tst", valid)
        keep("of_another_digest.tst", token(folder, reply(folder, "one", query(folder, hashlib.sha256(b"x").digest()))))
        keep("of_another_authority.tst", token(folder, reply(folder, "other", query(folder, digest))))
        keep("cut_off.tst", valid[:-1])
        keep("more_behind.tst", valid + b"\0")
        keep("signature_altered.tst", valid[:-5] + bytes([valid[-5] ^ 1]) + valid[-4:])
        at = valid.index(b"Z\x30") - 5  # a digit of the time
        keep("time_altered.tst", valid[:at] + bytes([valid[at] ^ 1]) + valid[at + 1:])
        with open(os.path.join(folder, "one-ca.pem"), "rb") as file:
            keep("authority.pem", file.read())
        keep("body", BODY)


if __name__ == "__main__":
    main()
