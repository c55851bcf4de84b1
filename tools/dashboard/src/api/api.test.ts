import { describe, expect, test } from "vitest";
import { instant, parsePage, parseRecord, parseStatus } from "./shapes";
import { EventParser } from "./sse";

describe("server-sent events", () => {
  const text = ": hello\r\n\r\nid: 0:12\nevent: record\ndata: {\"a\":\ndata: 1}\n\ndata:x\r\rid: 0:13\nevent: round\n\n";
  const expected = [
    { id: "0:12", event: "record", data: '{"a":\n1}' },
    { id: "0:12", event: "message", data: "x" },
  ];

  test("are the same however the bytes are cut", () => {
    for (let size = 1; size <= text.length; size++) {
      const parser = new EventParser();
      const got = [];
      for (let at = 0; at < text.length; at += size) got.push(...parser.push(text.slice(at, at + size)));
      expect(got, `pieces of ${size}`).toEqual(expected);
      expect(parser.lastId).toBe("0:13"); // an event without data moves the place all the same
    }
  });

  test("an unfinished event is not delivered, and its id not remembered", () => {
    const parser = new EventParser("0:4");
    expect(parser.push("id: 0:5\ndata: x\n")).toEqual([]);
    expect(parser.lastId).toBe("0:4");
    expect(parser.push("\n").length).toBe(1);
    expect(parser.lastId).toBe("0:5");
  });
});

describe("shapes", () => {
  test("what is missing never makes the ledger look better", () => {
    const s = parseStatus({ ledger: {} });
    expect(s.sealer.ready).toBe(false);
    expect(s.projector.ready).toBe(false);
    expect(s.verification).toBeNull();
    expect(s.checkpoint).toBeNull();
    expect(s.ledger.replicated).toBe(false);
    expect(parseStatus({ ledger: {}, verification: { at: null, records: 5, faults: 0 } }).verification).toBeNull();
    expect(parseStatus({ ledger: {}, checkpoint: { root: "r", witnessed: "yes" } }).checkpoint?.witnessed).toBe(false);
  });

  test("what is no status is refused", () => {
    for (const bad of [null, 7, "x", [], {}, { ledger: [] }]) expect(() => parseStatus(bad)).toThrow("not the state of a ledger");
  });

  test("a record needs its place and its type; the rest may be absent", () => {
    expect(parseRecord({ shard: 1, seq: 2, type: "data.shared" })).toMatchObject({ ref: "1:2", actor: "", time: null });
    expect(parseRecord({ shard: 1, type: "data.shared" })).toBeNull();
    expect(parsePage({ records: [{ shard: 0, seq: 0, type: "a.b" }, 5], next: "0:1" })).toMatchObject({ records: [{ ref: "0:0" }], next: "0:1" });
  });

  test("times with microseconds are read, nonsense is unknown", () => {
    expect(instant("2026-03-03T09:12:40.123456Z")).toBe(Date.UTC(2026, 2, 3, 9, 12, 40, 123));
    expect(instant("soon")).toBeNull();
    expect(instant(null)).toBeNull();
  });
});
