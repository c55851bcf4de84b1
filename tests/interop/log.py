"""Acceptance, rules, claims: what is wrong with a log [log.md]."""

from dataclasses import dataclass, field

from canonical import Bytes, Malformed, sha256
from checkpoints import read_checkpoint, read_signatures, split_note, word_of
from keys import Keys
from records import Record, belongs, blob_digest, id_of, read_descriptor, read_record, read_round, read_term
from sources import Sources
from tree import Roots

KINDS = """raw_form entry_form size magic form shard seq prev descriptor stale first own sealed_at reg seen
reg_ahead intake term id id_repeated shard_of values blob_missing blob_altered round_form round_number
round_time round_size round_cut round_root checkpoint_form checkpoint_signature checkpoint_size
checkpoint_root extension attested_form attested_signature attested_missing attested_digest""".split()
ZEROS = bytes(32)
BY_THE_SEALER = ("ledger.created", "ledger.round", "sealer.started", "event.conflicted", "event.refused")
MAX_RECORD = 65_535


class Claim:
    """Somebody says: the first `size` records of `shard` have this root."""

    def __init__(self, shard, size, root, who, at_shard, at_seq, head=None):
        self.shard, self.size, self.root, self.who, self.head = shard, size, root, who, head
        self.place = at_shard, at_seq  # of the fault, if it is wrong


FAULTS_OF_CLAIM = {
    "round": ("round_size", "round_root"),
    "checkpoint": ("checkpoint_size", "checkpoint_root"),
    "saved": ("extension", "extension"),
}


@dataclass
class Shard:
    number: int
    leaves: list = field(default_factory=list)
    regs: list = field(default_factory=list)
    head: bytes = ZEROS
    last: Record = None
    ids: set = field(default_factory=set)
    ended: bool = False  # by a fault, or because the stream was: nothing is known of records beyond
    term: int = 0
    intake_id: bytes = None  # of the term
    falls: list = field(default_factory=list)  # (seq, reg) of records sealed before the one before

    @property
    def size(self):
        return len(self.leaves)


class Log:
    def __init__(self, descriptor_bytes):
        self.faults = []
        self.digest = sha256(descriptor_bytes)
        self.descriptor_bytes = descriptor_bytes
        self.descriptor = read_descriptor(descriptor_bytes)
        self.shards = [Shard(k, head=self.digest) for k in range(self.descriptor.shards)]
        self.clock_steps = []   # where on shard 0
        self.regs = []          # (shard, seq, reg) of every record on another shard
        self.last_round = 0
        self.round_sizes = [0] * self.descriptor.shards  # the largest that a round has named
        self.claims = []
        self.keys = Keys(self.descriptor)
        self.sources = Sources(self.descriptor.ledger_id)
        self.named_before = self.named_last = [0] * self.descriptor.shards  # sizes, by the last rounds
        self.notes = []  # (shard, checkpoint, signatures)

    def fault(self, kind, shard, seq, what):
        self.faults.append((shard, seq, KINDS.index(kind), kind, what))

    # Acceptance: is it the next record?

    def entry(self, number, data):
        shard = self.shards[number]
        if shard.ended:
            return
        end = lambda kind, what: (self.fault(kind, number, shard.size, what), setattr(shard, "ended", True))
        e = Bytes(data)
        try:
            raw, blob = e.bytes32(), e.rest()
        except Malformed as error:
            return end("entry_form", str(error))
        if len(raw) > MAX_RECORD:
            return end("size", f"{len(raw)} bytes")
        if raw[:4] != b"CSR1":
            return end("magic", raw[:4].hex())
        try:
            record = read_record(raw)
        except Malformed as error:
            return end("form", str(error))
        if record.shard != number:
            return end("shard", f"it says {record.shard}")
        if record.seq < shard.size:
            if record.leaf != shard.leaves[record.seq]:
                self.fault("stale", number, record.seq, "another record was accepted under this seq")
            return None
        if record.seq != shard.size:
            return end("seq", f"it says {record.seq}")
        if record.prev != shard.head:
            return end("prev", f"it links to {record.prev.hex()}, the head is {shard.head.hex()}")
        self.judge(shard, record, blob)
        shard.leaves.append(record.leaf)
        shard.regs.append(record.reg)
        shard.head, shard.last = record.leaf, record
        return None

    # Rules: is an accepted record as it should be?

    def judge(self, shard, record, blob):
        def rule(kind, holds, what=""):
            if not holds:
                self.fault(kind, shard.number, record.seq, what)

        first_of_all = shard.number == 0 and record.seq == 0
        last = shard.last
        if first_of_all and record.type == "ledger.created":
            rule("descriptor", record.body == self.descriptor_bytes, "created with another descriptor")
        rule("first", first_of_all == (record.type == "ledger.created"), record.type)
        if record.seq == (1 if shard.number == 0 else 0):
            rule("first", record.type == "sealer.started", record.type)
        named = record.source.startswith("custody:")
        if record.type in BY_THE_SEALER or named:
            here = f"{record.type}:{record.shard}:{record.seq}"
            rule("own", named and record.method == 3 and record.actor == "system:custody"
                 and (record.type not in BY_THE_SEALER or record.source_id == here), f"{record.source} {record.actor}")
        if last and record.sealed_at < last.sealed_at:
            if shard.number == 0:
                rule("sealed_at", last.type == "clock.stepped", f"{record.sealed_at} after {last.sealed_at}")
            else:
                shard.falls.append((record.seq, record.reg))
        if shard.number == 0:
            rule("reg", record.reg == record.seq, f"{record.reg}")
        else:
            rule("reg", not last or record.reg >= last.reg, f"{record.reg}")
            self.regs.append((shard.number, record.seq, record.reg))
        rule("seen", record.seen <= record.reg, f"{record.seen} beyond {record.reg}")
        anew = record.type == "sealer.started" and self.begins_intake(rule, shard, record)
        rule("intake", not last or record.intake >= last.intake or anew, f"{record.intake}")
        rule("id", record.id == id_of(record), record.id.hex())
        rule("id_repeated", record.id not in shard.ids, record.id.hex())
        shard.ids.add(record.id)
        rule("shard_of", belongs(record, len(self.shards)), record.type)
        rule("values", (record.values_commit == ZEROS) == (record.blob == ZEROS), "values without a blob, or otherwise")
        self.judge_blob(rule, record, blob)
        try:
            self.sources.take(record)
        except Malformed as error:
            rule("attested_form", False, str(error))
        if shard.number == 0:
            self.keys.take(record)
            self.judge_on_shard_0(rule, record)

    @staticmethod
    def begins_intake(rule, shard, record):
        try:
            this = read_term(record)
        except Malformed as error:
            rule("term", False, str(error))
            return False
        rule("term", this.term == shard.term + 1 and this.start == record.intake, f"{this} after {shard.term}")
        another = this.intake_id != shard.intake_id
        shard.term, shard.intake_id = this.term, this.intake_id
        return another

    @staticmethod
    def judge_blob(rule, record, blob):
        if record.blob == ZEROS or not blob:
            rule("blob_altered", not blob, "a blob that no stamp names")
            rule("blob_missing", record.blob == ZEROS, record.blob.hex())
            return
        try:
            digest, taken_out = blob_digest(blob)
            rule("blob_altered", digest == record.blob, "it has another digest")
            rule("blob_missing", digest != record.blob or not taken_out, "a section was taken out")
        except Malformed as error:
            rule("blob_altered", False, str(error))

    def judge_on_shard_0(self, rule, record):
        if record.type == "clock.stepped":
            self.clock_steps.append(record.seq)
        if record.type != "ledger.round":
            return
        try:
            this = read_round(record, len(self.shards))
        except Malformed as error:
            return rule("round_form", False, str(error))
        rule("round_number", this.round == self.last_round + 1, f"{this.round} after {self.last_round}")
        self.last_round = this.round
        rule("round_time", this.closed_at == record.sealed_at, f"{this.closed_at}, sealed at {record.sealed_at}")
        self.named_before, self.named_last = self.named_last, list(self.named_last)
        for shard, (size, root) in enumerate(this.sizes, 1):
            before = self.round_sizes[shard]
            rule("round_size", size >= before, f"{size} records of shard {shard}, {before} in a round before")
            if size >= before:
                self.round_sizes[shard] = self.named_last[shard] = size
                self.claims.append(Claim(shard, size, root, "round", 0, record.seq))

    def note(self, shard, data):
        size = 0
        try:
            body, rest = split_note(data)
            checkpoint = read_checkpoint(body)
            size = checkpoint.size
            if checkpoint.origin != self.descriptor.origin_of(shard):
                raise Malformed("the origin " + checkpoint.origin)
            signatures = read_signatures(rest)
        except Malformed as error:
            return self.fault("checkpoint_form", shard, size, str(error))
        return self.notes.append((shard, checkpoint, signatures))

    def judge_note(self, number, checkpoint, signatures):
        """Which keys sign is known when all of shard 0 is."""
        shard, registry = self.shards[number], self.shards[0]
        covered = min(checkpoint.size, shard.size)
        reg = shard.regs[covered - 1] if covered else 0
        signed = self.keys.signed(checkpoint, signatures, number, reg, word_of)
        if signed:
            self.claims.append(Claim(number, checkpoint.size, checkpoint.root, "checkpoint", number, checkpoint.size))
        elif signed is False or not registry.ended or (number == 0 and checkpoint.size <= registry.size):
            self.fault("checkpoint_signature", number, checkpoint.size, "not signed by keys in force alone")

    def expect(self, saved):
        """What was there at the last verification must still be there."""
        descriptor, heads = saved
        if descriptor != self.digest:
            return self.fault("extension", 0, 0, f"before, the descriptor was {descriptor.hex()}")
        for shard, size, head, root in heads:
            if shard < len(self.shards):
                self.claims.append(Claim(shard, size, root, "saved", shard, size, head))
        return None

    # What only the whole log can say.

    def finish(self):
        registry = self.shards[0]
        beyond = set()
        for shard, seq, reg in self.regs:
            if reg > registry.size and shard not in beyond and not registry.ended:
                self.fault("reg_ahead", shard, seq, f"{reg} of {registry.size}")
                beyond.add(shard)
        for shard in self.shards[1:]:
            passed = 0
            for seq, reg in shard.falls:
                if reg > registry.size and registry.ended:
                    continue
                if any(passed <= step < reg for step in self.clock_steps):
                    passed = reg
                else:
                    self.fault("sealed_at", shard.number, seq, "no clock.stepped lets it fall")
        for note in self.notes:
            self.judge_note(*note)
        cuts = [registry.size] if len(self.shards) == 1 else self.named_before
        self.sources.judge(cuts, registry.size, not any(shard.ended for shard in self.shards), self.fault)
        for shard in self.shards:
            roots = Roots(shard.leaves)
            for claim in sorted((c for c in self.claims if c.shard == shard.number), key=lambda c: c.size):
                self.compare(claim, shard, roots)

    def compare(self, claim, shard, roots):
        size_kind, root_kind = FAULTS_OF_CLAIM[claim.who]
        what = f"the first {claim.size} records of shard {shard.number}"
        if claim.who == "round" and 1 <= claim.size <= shard.size and shard.regs[claim.size - 1] > claim.place[1]:
            self.fault("round_cut", *claim.place, f"{what}, the last with reg {shard.regs[claim.size - 1]}")
        if claim.size > shard.size:
            if not shard.ended:
                self.fault(size_kind, *claim.place, f"{what}, which has {shard.size}")
        elif roots.root(claim.size) != claim.root:
            self.fault(root_kind, *claim.place, f"the root of {what}")
        elif claim.head is not None and claim.head != (shard.leaves[claim.size - 1] if claim.size else self.digest):
            self.fault(root_kind, *claim.place, f"the head of {what}")
