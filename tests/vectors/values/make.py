#!/usr/bin/env python3
"""Writes the vectors of this folder, from docs/formats/values.md alone: hashlib, hmac and an AES-GCM written out below.

It shares no code with the project, so a vector that both agree on is right twice. Run it in this folder; it prints what it wrote.
"""
import hashlib
import hmac
import json


# --- AES-256 (FIPS 197) and GCM (SP 800-38D), slow and plain ---
def _sbox():
    p = q = 1
    box = [0] * 256
    while True:
        p = (p ^ (p << 1) ^ (0x1B if p & 0x80 else 0)) & 0xFF
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        rot = lambda x, n: ((x << n) | (x >> (8 - n))) & 0xFF
        box[p] = q ^ rot(q, 1) ^ rot(q, 2) ^ rot(q, 3) ^ rot(q, 4) ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return box


SBOX = _sbox()


def _xtime(x):
    return ((x << 1) ^ (0x1B if x & 0x80 else 0)) & 0xFF


def _expand(key):
    words = [list(key[4 * i:4 * i + 4]) for i in range(8)]
    rcon = 1
    for i in range(8, 60):
        word = list(words[i - 1])
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = _xtime(rcon)
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[i - 8], word)])
    return [sum(words[4 * r:4 * r + 4], []) for r in range(15)]


def aes(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for r in range(1, 15):
        state = [SBOX[b] for b in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if r < 14:
            mixed = []
            for c in range(4):
                a = state[4 * c:4 * c + 4]
                for i in range(4):
                    mixed.append(_xtime(a[i]) ^ _xtime(a[(i + 1) % 4]) ^ a[(i + 1) % 4] ^ a[(i + 2) % 4] ^ a[(i + 3) % 4])
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[r])]
    return bytes(state)


def _ghash(h, data):
    y = 0
    for i in range(0, len(data), 16):
        y ^= int.from_bytes(data[i:i + 16].ljust(16, b"\0"), "big")
        z, v = 0, h
        for bit in range(127, -1, -1):
            if y >> bit & 1:
                z ^= v
            v = (v >> 1) ^ (0xE1 << 120 if v & 1 else 0)
        y = z
    return y


def gcm_seal(key, nonce, associated, plaintext):
    keys = _expand(key)
    h = int.from_bytes(aes(keys, bytes(16)), "big")
    out = b""
    for i in range(0, len(plaintext), 16):
        stream = aes(keys, nonce + (i // 16 + 2).to_bytes(4, "big"))
        out += bytes(a ^ b for a, b in zip(plaintext[i:i + 16], stream))
    pad = lambda x: x + bytes(-len(x) % 16)
    lengths = (8 * len(associated)).to_bytes(8, "big") + (8 * len(out)).to_bytes(8, "big")
    tag = _ghash(h, pad(associated) + pad(out) + lengths) ^ int.from_bytes(aes(keys, nonce + b"\0\0\0\1"), "big")
    return out + tag.to_bytes(16, "big")


# --- HKDF-SHA256 (RFC 5869), 32 bytes out ---
def hkdf(key, salt, info):
    prk = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\1", hashlib.sha256).digest()


# --- docs/formats/values.md ---
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
u8 = lambda n: n.to_bytes(1, "little")
u16 = lambda n: n.to_bytes(2, "little")
u32 = lambda n: n.to_bytes(4, "little")
str8 = lambda s: u8(len(s.encode())) + s.encode()


def salt_of(data_key, event, name):
    return hkdf(data_key, b"", b"CSS1" + event + name.encode())


def commitment(salt, kind, value):
    committed = sha(value) if kind == 3 else value
    return sha(b"CSF1", salt, u8(kind), u32(len(committed)), committed)


def values_commit(commitments):
    if not commitments:
        return bytes(32)
    return sha(b"CSV1", u16(len(commitments)), *(str8(f) + c for f, c in sorted(commitments.items(), key=lambda x: x[0].encode())))


def section_plaintext(fields):
    out = u32(len(fields))
    for f in fields:
        out += str8(f["name"]) + f["salt"] + u8(f["type"]) + u32(len(f["value"])) + f["value"]
    return out + bytes(-len(out) % 64)


def case(title, ledger, event, subject, statement, keys, fields, own_salts=False):
    """keys: category -> (key_id, data key, section salt); fields: (name, category, type, value)."""
    full = []
    for name, category, kind, value in sorted(fields, key=lambda f: f[0].encode()):
        salt = sha(b"salt of the client's own", name.encode()) if own_salts else salt_of(keys[category][1], event, name)
        full.append({"name": name, "category": category, "type": kind, "value": value, "salt": salt,
                     "commitment": commitment(salt, kind, value)})
    sections = []
    for index, category in enumerate(sorted({f["category"] for f in full})):
        key_id, data_key, section_salt = keys[category]
        plaintext = section_plaintext([f for f in full if f["category"] == category])
        associated = ledger + event + subject + u8(index) + sha(statement)
        sealing_key = hkdf(data_key, section_salt, b"CSB1")
        sections.append({"category": category, "key_id": key_id, "data_key": data_key, "salt": section_salt, "plaintext": plaintext,
                         "associated": associated, "key": sealing_key,
                         "ct": gcm_seal(sealing_key, bytes(12), associated, plaintext)})
    encoded = [s["key_id"] + s["salt"] + u32(len(s["ct"])) + s["ct"] for s in sections]
    blob = b"CSB1" + u32(len(encoded)) + b"".join(encoded) if encoded else b""
    blob_hash = sha(b"CSB1", *(sha(s) for s in encoded)) if encoded else bytes(32)
    return {"title": title, "ledger": ledger, "event": event, "subject": subject, "statement": statement, "fields": full,
            "values_commit": values_commit({f["name"]: f["commitment"] for f in full}), "sections": sections, "blob": blob,
            "blob_hash": blob_hash}


def hexed(x):
    if isinstance(x, bytes):
        return x.hex()
    if isinstance(x, dict):
        return {k: hexed(v) for k, v in x.items()}
    return [hexed(v) for v in x] if isinstance(x, list) else x


def main():
    # NIST's test case 16 for AES-256-GCM, before anything is built on it
    k = bytes.fromhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    n = bytes.fromhex("cafebabefacedbaddecaf888")
    a = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    p = bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
    assert gcm_seal(k, n, a, p)[-16:].hex() == "76fc6ece0f4e1768cddf8853bb2d551b"

    ledger = bytes.fromhex("00112233445566778899aabbccddeeff")
    event = bytes.fromhex("019301020304800080000102030405aa")
    subject = bytes.fromhex("c0ffee00c0ffee00c0ffee00c0ffee00")
    statement = b"the bytes of the statement, with values_commit in them"
    key = lambda n: (bytes.fromhex("%02x" % n) * 16, sha(b"data key", u8(n)), sha(b"section salt", u8(n)))
    cases = [
        case("no fields", ledger, event, subject, statement, {}, []),
        case("one field", ledger, event, subject, statement, {"basic": key(1)}, [("phone", "basic", 1, b"+34 600 123 456")]),
        case("four fields in two categories", ledger, event, subject, statement, {"basic": key(1), "health": key(2)},
             [("subject", "basic", 1, b"C-10017"), ("name", "basic", 1, "Jos\u00e9 Nu\u00f1ez".encode()),
              ("weight", "health", 2, b"71.5"), ("address", "basic", 2, b'{"city":"Lugo","zip":"27001"}')]),
        case("an attachment, and no subject", ledger, event, bytes(16), statement, {"basic": key(3)},
             [("attachment", "basic", 3, bytes(range(256)) * 2)]),
        case("an empty value; plaintext of exactly 64 bytes", ledger, event, subject, statement, {"basic": key(1)},
             [("n234567890123456789012", "basic", 1, b"")]),
        case("salts of the client's own", ledger, event, subject, statement, {"basic": key(4)},
             [("email", "basic", 1, b"jose@example.com"), ("notes", "basic", 1, b"called twice")], own_salts=True),
    ]
    with open("values.json", "w") as out:
        json.dump(hexed(cases), out, indent=1)
        out.write("\n")
    print("values.json:", len(cases), "cases")


main()
