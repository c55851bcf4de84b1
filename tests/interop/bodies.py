"""Bodies of events, read by the tables of docs/events/README.md: its column `bytes` is the grammar."""

import re

from canonical import Bytes, Malformed


class Grammar:
    """str8, u64, [32], opt<...>, vec<...>, (name:type ...), (u8=1 type, or u8=2 type), "MARK"; several in a row."""

    TOKEN = re.compile(r'\s*("[A-Z0-9]{4}"|\[\d+\]|[a-z_0-9]+|[<>(),:=])')

    def __init__(self, text):
        self.tokens = self.TOKEN.findall(text)
        if "".join(self.tokens) != text.replace(" ", ""):
            raise ValueError(f"what is {text}?")
        self.read = self.row(("",))
        if self.tokens:
            raise ValueError(f"{text} goes on with {self.tokens}")

    def next(self, expected=None):
        token = self.tokens.pop(0)
        if expected is not None and token != expected:
            raise ValueError(f"{token} where {expected} was expected")
        return token

    def peek(self):
        return self.tokens[0] if self.tokens else ""

    def row(self, ends):
        reads = []
        while self.peek() not in ends:
            reads.append(self.one())
        return reads[0] if len(reads) == 1 else lambda b: [read(b) for read in reads]

    def one(self):
        token = self.next()
        if token.startswith("["):
            size = int(token[1:-1])
            return lambda b: b.take(size).hex()
        if token.startswith('"'):
            return lambda b: b.mark(token[1:-1].encode())
        if token in ("opt", "vec"):
            self.next("<")
            read = self.row((">",))
            self.next(">")
            return (lambda b: b.opt(lambda: read(b))) if token == "opt" else (lambda b: b.vec(lambda: read(b)))
        if token == "(":
            return self.choice() if self.tokens[1] == "=" else self.members()
        if token in ("str8", "str16"):
            return lambda b: getattr(b, token)()
        if re.fullmatch("[iu](8|16|32|64)", token):
            return lambda b: b.number(int(token[1:]) // 8, token[0] == "i")
        raise ValueError(f"no type {token}")

    def members(self):
        reads = {}
        while self.peek() != ")":
            name = self.next()
            self.next(":")
            reads[name] = self.one()
        self.next(")")
        return lambda b: {name: read(b) for name, read in reads.items()}

    def choice(self):
        reads = {}
        while self.peek() != ")":
            if reads:
                self.next(","), self.next("or")
            self.next("u8"), self.next("=")
            key = int(self.next())
            reads[key] = self.row((",", ")"))
        self.next(")")

        def read(b):
            kind = b.u8()
            if kind not in reads:
                raise Malformed(f"a choice of {kind}")
            return kind, reads[kind](b)

        return read


def ascending(name, items):
    if items is not None and any(a >= b for a, b in zip(items, items[1:])):
        raise Malformed(f"{name} is not strictly ascending")


class Bodies:
    """How to read the body of each type."""

    MEMBER = re.compile(r"\| (?:`(\w+)`)? \|[^|]*\| ((?:[^|]|\\\|)*) \| `([^`]*)` \|")
    SETS = ("set of ", "object of values")

    def __init__(self, page):
        self.members = {}  # of (type, version): (name, meaning of the bytes, how to read them)
        key = None
        for line in page.splitlines():
            if line.startswith("### `"):
                key = (line[5:-1], None)
            elif key and key[1] is None and (version := re.search(r" Version (\d+)\. ", line)):
                key = (key[0], int(version[1]))
                self.members[key] = []
            elif key and key[1] and (member := self.MEMBER.match(line)):
                self.members[key].append((member[1], member[2], Grammar(member[3]).read))

    def read(self, record):
        members = self.members.get((record.type, record.version))
        if members is None:
            raise Malformed(f"an unknown type {record.type}, version {record.version}")
        b = Bytes(record.body)
        body = {}
        for name, kind, read in members:
            body[name] = read(b)
            if kind.startswith(self.SETS):
                ascending(name, body[name])
        b.end()
        return body
