"""Checkpoints [checkpoint.md]."""

import base64
import re
from dataclasses import dataclass

from canonical import Bytes, Malformed, sha256
from ed25519 import signed_by


@dataclass
class Checkpoint:
    origin: str
    size: int
    root: bytes
    body: bytes


def base64_bytes(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed("base64 in another spelling")
    return data


def split_note(data):
    """The text up to the last empty line, and the lines behind it."""
    if len(data) > 65_536:
        raise Malformed("a note too long")
    body, gap, rest = Bytes(data).text(len(data)).rpartition("\n\n")
    if not gap:
        raise Malformed("no empty line")
    return body, rest


def read_checkpoint(body):
    lines = body.split("\n")
    if len(lines) < 3 or "" in lines or not re.fullmatch("0|[1-9][0-9]{0,19}", lines[1]) or int(lines[1]) >= 2**64:
        raise Malformed("no checkpoint")
    root = base64_bytes(lines[2])
    if len(root) != 32:
        raise Malformed("a root that is not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root, (body + "\n").encode())


def read_signatures(text):
    """(name, key hash, signature) of each line."""
    if not text.endswith("\n"):
        raise Malformed("no signature lines")
    signatures = []
    for line in text[:-1].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1]:
            raise Malformed("a line that is no signature")
        signature = base64_bytes(parts[2])
        if len(signature) < 5:
            raise Malformed("a signature too short")
        signatures.append((parts[1], signature[:4], signature[4:]))
    return signatures


def word_of(checkpoint, signatures, key):
    """How many signatures of the key hold, and how many do not."""
    key_hash = sha256(checkpoint.origin.encode(), b"\n\x01", key)[:4]
    ours = [s for name, hashed, s in signatures if name == checkpoint.origin and hashed == key_hash]
    valid = sum(signed_by(key, checkpoint.body, s) for s in ours)
    return valid, len(ours) - valid
