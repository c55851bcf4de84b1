import { describe, expect, test } from "vitest";
import type { LedgerRecord, Status } from "../api/shapes";
import { parseStatus } from "../api/shapes";
import { Feed, kEverything, kNoRounds } from "./feed";
import { ago, axisLabel, clock, date, integer, moment, notice, plural, rate, span, utc } from "./format";
import { assess, behind, type Hearing } from "./health";
import { ceiling, digest, kWindowMs, RateSeries, summarize } from "./rate";

describe("format", () => {
  test("numbers keep their groups whatever the locale", () => {
    expect(integer(1234567)).toBe("1,234,567");
    expect(plural(1, "entry", "entries")).toBe("1 entry");
    expect(plural(2000, "entry", "entries")).toBe("2,000 entries");
  });

  test("a rate of nothing, of little, of much, and an unknown one", () => {
    expect([0, 0.01, 0.4, 9.96, 12.4, 123456, null].map(rate)).toEqual(["0", "< 0.1", "0.4", "10.0", "12", "123,456", "–"]);
  });

  test("the labels of an axis share their unit", () => {
    expect([0, 2_500, 5_000].map((n) => axisLabel(n, 6_000))).toEqual(["0", "2,500", "5,000"]);
    expect([0, 2_500, 10_000].map((n) => axisLabel(n, 10_000))).toEqual(["0", "2.5 k", "10 k"]);
    expect(axisLabel(1_500_000, 2_000_000)).toBe("1.5 M");
  });

  test("spans name the units that matter, and never run backwards", () => {
    expect([-5, 0, 59_999, 60_000, 3_599_000, 3_600_000, 7_500_000, 90_000_000, 86_400_000 * 12].map(span)).toEqual(["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "2 h 5 min", "1 d 1 h", "12 d"]);
    expect([-3_000, 999, 1_000].map(ago)).toEqual(["just now", "just now", "1 s ago"]);
  });

  test("a moment of another day says its day", () => {
    const at = Date.UTC(2026, 2, 3, 9, 5, 7);
    expect(clock(at, "utc")).toBe("09:05:07");
    expect(date(at, "utc")).toBe("2026-03-03");
    expect(moment(at, "utc", at + 1000)).toBe("09:05:07");
    expect(moment(at, "utc", at + 86_400_000)).toBe("2026-03-03 09:05:07");
    expect(utc(at)).toBe("2026-03-03 09:05:07 UTC");
  });

  test("a notice is split at its heading, if it has one", () => {
    expect(notice("OPEN MODE: anyone may write: beware")).toEqual({ head: "OPEN MODE", body: "anyone may write: beware" });
    expect(notice("Disk nearly full: 3 %")).toEqual({ head: "Notice", body: "Disk nearly full: 3 %" });
  });
});

describe("rate", () => {
  const from = Date.UTC(2026, 0, 1);

  test("is what was added, over the time between", () => {
    const series = new RateSeries();
    series.add(from, 1_000);
    series.add(from + 1_000, 1_500);
    series.add(from + 3_000, 1_500);
    expect(series.points.map((p) => p.rate)).toEqual([500, 0]);
  });

  test("an answer that came late does not make the next one look fast", () => {
    const series = new RateSeries();
    series.add(from, 0);
    series.add(from + 1_800, 1_800);
    series.add(from + 2_000, 2_000);
    series.add(from + 3_000, 3_000);
    expect(series.points.map((p) => p.rate)).toEqual([1_000, 1_000]);
  });

  test("a lost connection leaves a hole, not a slope", () => {
    const series = new RateSeries();
    series.add(from, 0);
    series.add(from + 1_000, 100);
    series.gap(from + 3_000);
    series.gap(from + 4_000);
    series.add(from + 9_000, 900_000);
    series.add(from + 10_000, 900_100);
    expect(series.points.map((p) => p.rate)).toEqual([100, null, 100]);
  });

  test("a sleeping tab leaves a hole as well", () => {
    const series = new RateSeries();
    series.add(from, 0);
    series.add(from + 60_000, 60_000);
    expect(series.points.map((p) => p.rate)).toEqual([null]);
  });

  test("another, smaller ledger begins anew", () => {
    const series = new RateSeries();
    series.add(from, 5_000);
    series.add(from + 1_000, 6_000);
    series.add(from + 2_000, 10);
    series.add(from + 3_000, 30);
    expect(series.points.map((p) => p.rate)).toEqual([20]);
  });

  test("keeps two minutes, however long it runs", () => {
    const series = new RateSeries();
    for (let s = 0; s < 1_000; s++) series.add(from + s * 1_000, s * 7);
    expect(series.points.length).toBeLessThan(125);
    expect(series.points[0]!.at).toBeLessThanOrEqual(from + 999_000 - kWindowMs);
    expect(summarize(series.points, from + 999_000)).toEqual({ now: 7, mean: 7, peak: 7 });
  });

  test("now, mean and peak; unknown is not zero", () => {
    expect(summarize([], from)).toEqual({ now: null, mean: null, peak: null });
    const points = [10, 20, null, 90].map((rate, i) => ({ at: from + i * 1_000, rate }));
    expect(summarize(points, from + 3_000)).toEqual({ now: 40, mean: 40, peak: 90 });
    expect(summarize(points, from + 60_000)).toEqual({ now: null, mean: 40, peak: 90 });
  });

  test("the digest has twelve steps, newest first", () => {
    const points = [{ at: from - 1_000, rate: 4 }, { at: from - 500, rate: 6 }, { at: from - 15_000, rate: 1 }];
    const rows = digest(points, from);
    expect(rows.length).toBe(12);
    expect(rows.slice(0, 3).map((r) => r.rate)).toEqual([5, 1, null]);
  });

  test("the scale holds the peak and moves in steps", () => {
    expect([0, 3, 5, 11, 1_600, 5_707, 99_999].map(ceiling)).toEqual([4, 4, 6, 15, 2_000, 6_000, 100_000]);
  });
});

describe("health", () => {
  const now = Date.UTC(2026, 2, 3, 12);
  const heard: Hearing = { connected: true, failures: 0, problem: "", heardAt: now };

  function ledger(change: (raw: any) => void = () => undefined): Status {
    const raw = {
      ledger: { id: "ab", name: "n", origin: "o", created_at: "2026-01-01T00:00:00Z", mode: "open", log: "embedded", replicated: false, shards: 1 },
      round: { round: 9, closed_at: new Date(now - 500).toISOString() },
      shards: [{ shard: 0, size: 100, head: "aa", root: "bb", intake: 100, sealer_lag: 0, projected: 100, projector_lag: 0, sealed_at: new Date(now).toISOString() }],
      sealer: { ready: true, reason: "", records_total: 100 },
      projector: { ready: true, reason: "" },
      checkpoint: { shard: 0, size: 100, root: "bb", witnessed: false },
      verification: { at: new Date(now - 60_000).toISOString(), records: 90, faults: 0, position: { round: 8 } },
      notices: [],
      uptime_s: 1,
      version: "0.1.0",
    };
    change(raw);
    return parseStatus(raw);
  }

  const verdict = (change?: (raw: any) => void, hearing = heard, ratePerSecond: number | null = 10) => assess(ledger(change), hearing, ratePerSecond, now);

  test("well", () => {
    expect(verdict()).toMatchObject({ level: "good", title: "Sealing" });
    expect(verdict((raw) => (raw.shards[0].sealer_lag = 40)).detail).toContain("on its way");
  });

  test("without its witnesses it goes on, and says so; one that contradicts is the worst that can be said", () => {
    const witnessing = (lacking_s: number, contradicts = false) => (raw: any) =>
      (raw.witnessing = { quorum: "q", lacking_s, trouble: "", witnesses: [{ name: "w1", size: 9, trouble: contradicts ? "has cosigned 9 records" : "", contradicts }] });
    expect(verdict(witnessing(59))).toMatchObject({ level: "good" });
    expect(verdict(witnessing(60))).toMatchObject({ level: "warn", title: "Sealing, unwitnessed" });
    expect(verdict(witnessing(0, true))).toMatchObject({ level: "bad", title: "A witness contradicts" });
    expect(verdict(witnessing(0, true)).detail).toContain("Witness w1 has cosigned 9 records.");
  });

  test("not ready gives the service's reason, and is worse than all but silence", () => {
    const v = verdict((raw) => {
      raw.sealer = { ready: false, reason: "disk full" };
      raw.verification.faults = 3;
    });
    expect(v).toMatchObject({ level: "bad", title: "Not ready" });
    expect(v.detail).toContain("Disk full.");
  });

  test("a fault found is never hidden behind a sealer that works", () => {
    expect(verdict((raw) => (raw.verification.faults = 1))).toMatchObject({ level: "bad", title: "1 fault found" });
  });

  test("a stopped projector, lag and late rounds are warnings, each with its name", () => {
    expect(verdict((raw) => (raw.projector = { ready: false, reason: "broken link at 0:7" })).title).toBe("Sealing, views stopped");
    expect(verdict((raw) => (raw.shards[0].sealer_lag = 2_000)).title).toBe("Sealing, behind");
    expect(verdict((raw) => (raw.shards[0].projector_lag = 2_000)).title).toBe("Sealing, views behind");
    expect(verdict((raw) => (raw.round.closed_at = new Date(now - 91_000).toISOString())).title).toBe("Sealing, rounds overdue");
  });

  test("lag counts against the rate: five seconds of work, and never less than a batch", () => {
    expect(behind(1_000, 0)).toBe(false);
    expect(behind(1_001, null)).toBe(true);
    expect(behind(50_000, 10_000)).toBe(false);
    expect(behind(50_001, 10_000)).toBe(true);
  });

  test("silence outranks everything that was known before", () => {
    const gone = { connected: false, failures: 2, problem: "The service does not answer.", heardAt: now - 9_000 };
    expect(verdict(undefined, gone)).toMatchObject({ level: "lost", title: "Connection lost" });
    expect(assess(null, { ...gone, heardAt: null, failures: 0 }, null, now).level).toBe("wait");
    expect(assess(null, { ...gone, heardAt: null }, null, now)).toMatchObject({ level: "lost", title: "No connection" });
  });
});

describe("feed", () => {
  const record = (seq: number, type = "data.accessed", shard = 0): LedgerRecord => ({ ref: `${shard}:${seq}`, shard, seq, type, time: seq, sealed_at: seq, actor: "", step: "", source: "" });

  test("newest first, each once, in whatever order they come", () => {
    const feed = new Feed();
    expect(feed.add([record(2), record(1)]).length).toBe(2);
    expect(feed.add([record(2), record(3)]).length).toBe(1);
    expect(feed.newest(kNoRounds, 10).map((r) => r.ref)).toEqual(["0:3", "0:2", "0:1"]);
  });

  test("a flood of rounds does not push the events out, and memory has a bound", () => {
    const feed = new Feed();
    feed.add([record(0, "data.erased")]);
    for (let i = 1; i < 5_000; i++) feed.add([record(i, "ledger.round")]);
    expect(feed.newest(kNoRounds, 10).map((r) => r.ref)).toEqual(["0:0"]);
    expect(feed.newest(kEverything, 10_000).length).toBe(101);
  });

  test("by family and by type", () => {
    const feed = new Feed();
    feed.add([record(1, "data.shared"), record(2, "dataset.filled"), record(3, "data.erased")]);
    expect(feed.newest("data.", 10).map((r) => r.type)).toEqual(["data.erased", "data.shared"]);
    expect(feed.newest("dataset.filled", 10).length).toBe(1);
    expect(feed.types()).toEqual(["data.erased", "data.shared", "dataset.filled"]);
  });
});
