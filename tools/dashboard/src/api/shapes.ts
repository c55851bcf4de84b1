// What the service sends, as this page uses it. Times are RFC 3339 text on the wire and milliseconds since 1970 here; null = not stated.

export interface Shard {
  shard: number;
  size: number; // records sealed
  head: string; // base64 of the chain head: the leaf hash of the last record
  root: string; // base64 of the tree root at `size`
  intake: number;
  sealer_lag: number; // entries taken in and not sealed yet
  projected: number;
  projector_lag: number; // records sealed and not folded into the views yet
  sealed_at: number | null;
}

export interface Part {
  ready: boolean;
  reason: string;
}

export interface Checkpoint {
  shard: number;
  size: number;
  root: string;
  witnessed: boolean;
}

export interface Witness {
  name: string;
  owner: string;
  size: number; // of shard 0 that it has cosigned last
  at: number | null; // when, by its own clock; null = not in this run of the service
  trouble: string; // of the last attempt
  contradicts: boolean; // it has seen what this log does not hold
}

export interface Witnessing {
  quorum: string;
  round: number | null; // the newest that the quorum has seen
  size: number;
  at: number | null;
  lacking_s: number; // for which something signed lacks its quorum
  trouble: string;
  witnesses: Witness[];
}

export interface Verification {
  at: number;
  records: number;
  faults: number;
  round: number | null;
}

export interface Status {
  ledger: { id: string; name: string; origin: string; created_at: number | null; mode: string; log: string; replicated: boolean; shards: number };
  round: { round: number; closed_at: number | null } | null;
  shards: Shard[];
  sealer: Part;
  projector: Part;
  checkpoint: Checkpoint | null;
  witnessing: Witnessing | null; // null = this service asks nobody
  verification: Verification | null;
  notices: string[];
  uptime_s: number;
  version: string;
}

export interface LedgerRecord {
  ref: string; // shard:seq
  shard: number;
  seq: number;
  type: string;
  time: number | null; // when it happened, says the source
  sealed_at: number | null;
  actor: string;
  step: string;
  source: string;
}

export interface Page {
  records: LedgerRecord[];
  next: string | null;
}

type Json = { [key: string]: unknown };

const object = (v: unknown): Json | null => (typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Json) : null);
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const text = (v: unknown): string => (typeof v === "string" ? v : "");
const count = (v: unknown): number => (typeof v === "number" && Number.isFinite(v) && v >= 0 ? v : 0);

export function instant(v: unknown): number | null {
  if (typeof v !== "string") return null;
  const ms = Date.parse(v);
  return Number.isNaN(ms) ? null : ms;
}

function part(v: unknown): Part {
  const o = object(v);
  return o ? { ready: o.ready === true, reason: text(o.reason) } : { ready: false, reason: "the service does not say" };
}

function shard(v: unknown): Shard {
  const o = object(v) ?? {};
  return {
    shard: count(o.shard),
    size: count(o.size),
    head: text(o.head),
    root: text(o.root),
    intake: count(o.intake),
    sealer_lag: count(o.sealer_lag),
    projected: count(o.projected),
    projector_lag: count(o.projector_lag),
    sealed_at: instant(o.sealed_at),
  };
}

function verification(v: unknown): Verification | null {
  const o = object(v);
  const at = o ? instant(o.at) : null;
  if (!o || at === null) return null;
  const round = object(o.position)?.round;
  return { at, records: count(o.records), faults: count(o.faults), round: typeof round === "number" ? round : null };
}

function witness(v: unknown): Witness {
  const o = object(v) ?? {};
  return {
    name: text(o.name),
    owner: text(o.owner),
    size: count(o.size),
    at: instant(o.at),
    trouble: text(o.trouble),
    contradicts: o.contradicts === true,
  };
}

function witnessing(v: unknown): Witnessing | null {
  const o = object(v);
  if (!o) return null;
  return {
    quorum: text(o.quorum),
    round: typeof o.round === "number" ? o.round : null,
    size: count(o.size),
    at: instant(o.at),
    lacking_s: count(o.lacking_s),
    trouble: text(o.trouble),
    witnesses: list(o.witnesses).map(witness),
  };
}

// Reads a status as generously as is safe: an absent number is 0 and an absent time unknown, but what would make the ledger look
// better than the service said (readiness, a verification, a witness) is never filled in. Throws where it is no status at all.
export function parseStatus(v: unknown): Status {
  const o = object(v);
  const ledger = object(o?.ledger);
  if (!o || !ledger) throw new Error("The answer is not the state of a ledger.");
  const round = object(o.round);
  const checkpoint = object(o.checkpoint);
  const shards = list(o.shards).map(shard);
  return {
    ledger: {
      id: text(ledger.id),
      name: text(ledger.name),
      origin: text(ledger.origin),
      created_at: instant(ledger.created_at),
      mode: text(ledger.mode),
      log: text(ledger.log),
      replicated: ledger.replicated === true,
      shards: count(ledger.shards) || shards.length,
    },
    round: round && count(round.round) > 0 ? { round: count(round.round), closed_at: instant(round.closed_at) } : null,
    shards,
    sealer: part(o.sealer),
    projector: part(o.projector),
    checkpoint:
      checkpoint && text(checkpoint.root) !== ""
        ? { shard: count(checkpoint.shard), size: count(checkpoint.size), root: text(checkpoint.root), witnessed: checkpoint.witnessed === true }
        : null,
    witnessing: witnessing(o.witnessing),
    verification: verification(o.verification),
    notices: list(o.notices).map(text).filter((n) => n !== ""),
    uptime_s: count(o.uptime_s),
    version: text(o.version),
  };
}

// One record, or null where the text is none: a stream must not end because of one line that this page does not know.
export function parseRecord(v: unknown): LedgerRecord | null {
  const o = object(v);
  if (!o || typeof o.shard !== "number" || typeof o.seq !== "number" || text(o.type) === "") return null;
  return {
    ref: text(o.ref) || `${o.shard}:${o.seq}`,
    shard: o.shard,
    seq: o.seq,
    type: text(o.type),
    time: instant(o.time),
    sealed_at: instant(o.sealed_at),
    actor: text(o.actor),
    step: text(o.step),
    source: text(o.source),
  };
}

export function parsePage(v: unknown): Page {
  const o = object(v);
  if (!o) throw new Error("The answer is not a list of records.");
  const records = list(o.records).map(parseRecord).filter((r): r is LedgerRecord => r !== null);
  return { records, next: text(o.next) || null };
}
