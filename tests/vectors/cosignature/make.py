#!/usr/bin/env python3
"""Writes the vectors of this folder, from docs/formats/checkpoint.md alone: hashlib, and Ed25519 by `openssl`.

Run it in this folder. Ed25519 is deterministic, so it writes the same bytes each time.
"""
import base64
import hashlib
import subprocess
import tempfile

LOG, WITNESS = b"vectors.example/log", b"witness.example/w1"
LOG_SEED, WITNESS_SEED = b"l" * 32, b"w" * 32
TIME = 1_700_000_000


def key_file(seed):
    der = bytes.fromhex("302e020100300506032b657004220420") + seed  # RFC 8410, PKCS #8
    file = tempfile.NamedTemporaryFile(suffix=".der")
    file.write(der)
    file.flush()
    return file


def openssl(*words):
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


def public(seed):
    with key_file(seed) as key:
        return openssl("pkey", "-inform", "DER", "-in", key.name, "-pubout", "-outform", "DER")[-32:]


def sign(seed, message):
    with key_file(seed) as key, tempfile.NamedTemporaryFile() as file:
        file.write(message)
        file.flush()
        return openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key.name, "-in", file.name)


def key_id(name, type, seed):
    return hashlib.sha256(name + b"\n" + bytes([type]) + public(seed)).digest()[:4]


def vkey(name, type, seed):
    return b"%s+%s+%s\n" % (name, key_id(name, type, seed).hex().encode(),
                            base64.b64encode(bytes([type]) + public(seed)))


def line(name, id, signature):
    return b"\xe2\x80\x94 %s %s\n" % (name, base64.b64encode(id + signature))


def body(size):
    root = hashlib.sha256(b"root of %d" % size).digest()
    return b"%s\n%d\n%s\n" % (LOG, size, base64.b64encode(root))


def cosigned(time=TIME, told=None, of=None, header=True, type=4, cut=0):
    mine = body(7)
    message = (b"cosignature/v1\ntime %d\n" % time if header else b"") + (of or mine)
    signature = (time if told is None else told).to_bytes(8, "big")[cut:] + sign(WITNESS_SEED, message)
    own = line(LOG, key_id(LOG, 1, LOG_SEED), sign(LOG_SEED, mine))
    return mine + b"\n" + own + line(WITNESS, key_id(WITNESS, type, WITNESS_SEED), signature)


FILES = {
    "log.vkey": vkey(LOG, 1, LOG_SEED),
    "witness.vkey": vkey(WITNESS, 4, WITNESS_SEED),
    "valid.note": cosigned(),
    "valid_last_time.note": cosigned(2**63 - 1),
    "time_of_another.note": cosigned(told=TIME + 1),
    "time_beyond_2_63.note": cosigned(2**63),
    "body_of_another.note": cosigned(of=body(8)),
    "header_left_out.note": cosigned(header=False),
    "cut_off.note": cosigned(cut=7),
    "key_id_of_a_log.note": cosigned(type=1),
}
for name, data in FILES.items():
    with open(name, "wb") as file:
        file.write(data)
    print(name)
