// The page's state and the two loops that feed it: a status about once a second, and one stream of records. Both outlive every
// failure of the service; the status alone decides whether the service can be heard.
import { batch, computed, signal } from "@preact/signals";
import { parsePage, parseRecord, parseStatus, type LedgerRecord, type Shard, type Status } from "./api/shapes";
import { readStream, type ServerEvent } from "./api/sse";
import { Feed, kNoRounds, matches, type Filter } from "./model/feed";
import type { Zone } from "./model/format";
import { assess, records, type Hearing } from "./model/health";
import { RateSeries, summarize, type Point } from "./model/rate";

const kPollMs = 1_000;
const kTimeoutMs = 5_000;
const kShown = 50; // rows of the list
const kFlushMs = 250; // the list changes at most four times a second, whatever arrives
const kTooFarBehind = 5_000; // records; beyond it the stream starts at the head again instead of catching up

export const status = signal<Status | null>(null);
export const hearing = signal<Hearing>({ connected: false, failures: 0, problem: "", heardAt: null });
export const tick = signal(Date.now()); // the reader's clock, once a second
export const points = signal<Point[]>([]);
export const filter = signal<Filter>(kNoRounds);
export const types = signal<string[]>([]);
export const rows = signal<LedgerRecord[]>([]);
export const fresh = signal(0); // arrived while the list stood still
export const streaming = signal(false);
export const pausedByButton = signal(false);
export const pausedByReader = signal(false); // pointer or focus rests on the list
export const zone = signal<Zone>("local");

const skew = signal(0); // the service's clock minus the reader's, ms; 0 where they differ by less than the Date header can tell

export const serviceNow = computed(() => tick.value + skew.value);
export const summary = computed(() => summarize(points.value, tick.value));
export const verdict = computed(() => assess(status.value, hearing.value, summary.value.now, serviceNow.value));
export const paused = computed(() => pausedByButton.value || pausedByReader.value);

const series = new RateSeries();
const feed = new Feed();
const seen = new Map<number, number>(); // shard → newest seq that the stream brought
let pending: LedgerRecord[] = [];
let lastId = "";
let stream: AbortController | null = null;

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

// ---- status

function explain(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return `The service did not answer within ${kTimeoutMs / 1000} s.`;
  if (error instanceof TypeError) return "The service does not answer.";
  return error instanceof Error ? error.message : "The service does not answer.";
}

async function getJson(url: string): Promise<{ body: unknown; date: string | null }> {
  const response = await fetch(url, { cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(kTimeoutMs) });
  if (response.status === 401 || response.status === 403) throw new Error(`The service refuses this page (${response.status}): it wants to know who asks.`);
  if (!response.ok) throw new Error(`The service answers with an error (${response.status}).`);
  return { body: await response.json().catch(() => null), date: response.headers.get("Date") };
}

function measureSkew(date: string | null): void {
  const theirs = date ? Date.parse(date) : NaN;
  if (Number.isNaN(theirs)) return;
  const apart = theirs + 500 - Date.now();
  skew.value = Math.abs(apart) > 2_000 ? apart : 0;
}

function heard(next: Status, date: string | null): void {
  const back = !hearing.value.connected;
  batch(() => {
    if (status.value && status.value.ledger.id !== next.ledger.id) forget();
    measureSkew(date);
    tick.value = Date.now();
    status.value = next;
    hearing.value = { connected: true, failures: 0, problem: "", heardAt: Date.now() };
    series.add(Date.now(), records(next.shards));
    points.value = [...series.points];
  });
  // After an absence the old connection may be a dead one that nobody closed; far behind, catching up would never end.
  if (back || behindBy(next.shards) > kTooFarBehind) stream?.abort();
}

function missed(error: unknown): void {
  const failures = hearing.value.failures + 1;
  batch(() => {
    tick.value = Date.now();
    // One failed request alone is not yet a lost connection: a restart of a proxy, a laptop waking up.
    const connected = hearing.value.connected && failures < 2;
    hearing.value = { ...hearing.value, connected, failures, problem: explain(error) };
    if (!connected) {
      series.gap(Date.now());
      points.value = [...series.points];
    }
  });
}

async function pollForever(): Promise<never> {
  for (;;) {
    const started = performance.now();
    try {
      const { body, date } = await getJson("v1/status");
      heard(parseStatus(body), date);
    } catch (error) {
      missed(error);
    }
    await sleep(Math.max(200, kPollMs - (performance.now() - started)));
  }
}

function forget(): void {
  series.gap(Date.now());
  series.points = [];
  feed.clear();
  seen.clear();
  pending = [];
  lastId = "";
  rows.value = [];
  types.value = [];
}

// ---- records

function behindBy(shards: Shard[]): number {
  return shards.reduce((total, s) => total + Math.max(0, s.size - 1 - (seen.get(s.shard) ?? s.size)), 0);
}

function receive(events: ServerEvent[], id: string): void {
  lastId = id;
  for (const event of events) {
    if (event.event !== "record") continue;
    let record: LedgerRecord | null = null;
    try {
      record = parseRecord(JSON.parse(event.data));
    } catch {
      continue; // one line that is no JSON says nothing about the next
    }
    if (!record) continue;
    seen.set(record.shard, Math.max(record.seq, seen.get(record.shard) ?? 0));
    pending.push(record);
  }
}

// What was sealed last, from the end of each shard backwards until there are events to show or five pages were read: on a quiet
// ledger the newest page may hold rounds only.
async function backfill(shard: Shard): Promise<void> {
  const page = 100;
  let found = 0;
  let end = shard.size;
  for (let i = 0; i < 5 && end > 0 && found < 20; i++) {
    const from = Math.max(0, end - page);
    const { body } = await getJson(`v1/records?from=${shard.shard}:${from}&limit=${end - from}`);
    const got = parsePage(body).records.filter((r) => r.shard === shard.shard);
    found += got.filter((r) => r.type !== "ledger.round").length;
    pending.push(...got);
    end = from;
  }
}

async function backfillAll(shards: Shard[]): Promise<void> {
  await Promise.all(shards.map((shard) => backfill(shard).catch(() => undefined)));
}

async function streamForever(): Promise<never> {
  let wait = kPollMs;
  for (;;) {
    const known = status.value;
    if (!known || !hearing.value.connected || document.hidden) {
      await sleep(200);
      continue;
    }
    const anew = lastId === "" || behindBy(known.shards) > kTooFarBehind;
    if (anew) {
      lastId = "";
      seen.clear();
    }
    stream = new AbortController();
    try {
      await readStream("v1/stream", {
        lastId,
        signal: stream.signal,
        silenceMs: 90_000, // an idle ledger still closes a round each 60 s
        onOpen: () => {
          wait = kPollMs;
          streaming.value = true;
          if (anew) void backfillAll(status.value?.shards ?? known.shards);
        },
        onEvents: receive,
      });
    } catch {
      // Whatever it was, the answer is the same: connect again. The status says what is wrong.
    }
    streaming.value = false;
    await sleep(wait);
    wait = Math.min(wait * 2, 5_000);
  }
}

// Moves what arrived into the list, unless the reader holds it still.
function flush(): void {
  if (pending.length > 0) {
    const arrived = pending;
    pending = [];
    const added = feed.add(arrived).filter((r) => matches(r.type, filter.value));
    if (paused.value) fresh.value += added.length;
    const now = feed.types();
    if (now.length !== types.value.length) types.value = now;
    if (!paused.value || rows.value.length === 0) show(); // nothing moves away from under the reader where nothing was
  } else if (!paused.value && fresh.value > 0) {
    show();
  }
}

function show(): void {
  batch(() => {
    rows.value = feed.newest(filter.value, kShown);
    fresh.value = 0;
  });
}

export function chooseFilter(next: Filter): void {
  filter.value = next;
  show();
}

export function chooseZone(next: Zone): void {
  zone.value = next;
  try {
    localStorage.setItem("custody.zone", next);
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
}

export function start(): void {
  try {
    if (localStorage.getItem("custody.zone") === "utc") zone.value = "utc";
  } catch {
    // as above
  }
  // A browser opens six connections to a host at most, over all its tabs: one that nobody looks at gives its stream back.
  document.addEventListener("visibilitychange", () => document.hidden && stream?.abort());
  setInterval(() => (tick.value = Date.now()), 1_000);
  setInterval(flush, kFlushMs);
  void pollForever();
  void streamForever();
}
