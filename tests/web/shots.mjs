// Pictures of the page in each of its states, for looking at: node tests/web/shots.mjs ASSETS OUT (through `tests/web/run --shots OUT`).
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Browser, says } from "./browser.mjs";
import { example, Fixture } from "./fixture.mjs";

const [assets, out] = process.argv.slice(2);
const kStart = Date.UTC(2026, 2, 3, 9, 12, 40);

// Two minutes of a working day, second by second, on the page's own clock. `seconds` may be cut short for states without a plot.
async function day(browser, { shards = 1, seconds = 125, empty = false, change, ...view }) {
  const clock = { now: kStart };
  const fixture = new Fixture(assets, { shards, now: () => clock.now });
  if (!empty) fixture.bulk = fixture.bulk.map((_, i) => 1_204_311 + 20_000 * i);
  if (!empty) fixture.round = 4_210;
  if (!empty) fixture.status.verification = { at: new Date(kStart - 1_020_000).toISOString(), records: 1_190_002, faults: 0, position: { round: 4_102 } };
  for (let i = 0; i < 30 && !empty; i++) (clock.now = kStart - 60_000 + i * 2_000), fixture.seal(example(i), i % shards);
  clock.now = kStart;
  const url = await fixture.listen();
  const page = await browser.page(url, { ...view, clock: kStart });
  for (let s = 0; s < seconds; s++) {
    clock.now = kStart + 1_000 * (s + 1);
    if (empty) {
      const asked = page.waitForResponse((r) => r.url().endsWith("/v1/status"));
      await page.clock.runFor(1_000);
      await asked;
      continue;
    }
    fixture.bulk[shards - 1] += Math.round(900 + 500 * Math.sin(s / 13) + 160 * Math.sin(s * 1.7) + (s > 70 && s < 82 ? 1_400 : 0));
    if (s % 3 === 0) fixture.seal(example(s / 3 + 1), (s / 3) % shards);
    fixture.closeRound();
    const asked = page.waitForResponse((r) => r.url().endsWith("/v1/status"));
    await page.clock.runFor(1_000);
    await asked;
  }
  await change?.(fixture, page, clock);
  return { fixture, page };
}

async function shoot(browser, name, options) {
  const { fixture, page } = await day(browser, options);
  await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
  await page.close();
  await fixture.close();
  console.log(name);
}

const step = async (page, ms = 1_000, times = 1) => {
  for (let i = 0; i < times; i++) {
    await page.clock.runFor(ms);
    await new Promise((done) => setTimeout(done, 120)); // only pictures depend on it
  }
};

const trial = (fixture) => {
  fixture.status.notices = ["OPEN MODE: anyone who reaches this address may state events and read records. Nothing here is authorised.", "NOT REPLICATED: the log is on this machine's disk alone. If it is lost, the ledger is lost."];
  Object.assign(fixture.status.ledger, { mode: "open", log: "embedded", replicated: false, name: "trial" });
};

const lag = async (fixture, page) => {
  fixture.lag[1] = { sealer: 48_211, projector: 9_120 };
  fixture.lag[2] = { sealer: 12, projector: 212_400 };
  await step(page, 1_000, 2);
};

const witnesses = (lacking_s, ...lines) => (fixture, clock) => {
  const at = (s) => new Date(kStart - s * 1_000).toISOString();
  fixture.witnessed = true;
  fixture.witnessing = { quorum: "two-of-three", round: 4_331, size: fixture.size(0), at: at(1), lacking_s, trouble: "", witnesses: [
    { name: "w1", owner: "Supreme Audit Office", size: fixture.size(0), at: at(1), trouble: "", contradicts: false },
    { name: "w2", owner: "Example University, IT department", size: fixture.size(0), at: at(2), trouble: "", contradicts: false },
    { name: "w3", owner: "", size: 4_000, at: null, trouble: "cannot be reached: Connection refused", contradicts: false, ...lines[0] },
  ] };
};

const lost = async (fixture, page, clock) => {
  await fixture.close();
  clock.now += 6_000;
  await step(page, 1_000, 8);
  await says(page, "Connection lost");
};

await mkdir(out, { recursive: true });
const browser = await new Browser().open();
try {
  const all = {
    empty: { width: 1280, seconds: 5, empty: true, change: async (f, p) => (trial(f), await step(p)) },
    light: { width: 1280 },
    dark: { width: 1280, scheme: "dark", change: async (f, p) => (trial(f), await step(p)) },
    wide: { width: 1600, shards: 4 },
    narrow: { width: 360, height: 740, change: async (f, p) => (trial(f), await step(p)) },
    lag: { width: 1280, shards: 4, change: lag },
    lost: { width: 1280, change: lost },
    "lost-dark": { width: 1280, scheme: "dark", change: lost, seconds: 40 },
    "not-ready": { width: 1280, seconds: 20, change: async (f, p) => ((f.status.sealer = { ready: false, reason: "the clock is 3 h behind the last record" }), await step(p)) },
    witnessed: { width: 1280, seconds: 5, change: async (f, p) => (witnesses(0)(f), await step(p)) },
    "witnessed-dark": { width: 1280, seconds: 5, scheme: "dark", change: async (f, p) => (witnesses(0, { trouble: "has cosigned 1,400,120 records, and this ledger has signed 1,204,311: it was brought back from an older copy, or another copy of it runs elsewhere", contradicts: true })(f), await step(p)) },
    unwitnessed: { width: 360, height: 740, seconds: 5, change: async (f, p) => (witnesses(754)(f), await step(p)) },
    fault: { width: 1600, seconds: 20, scheme: "dark", change: async (f, p) => ((f.status.verification.faults = 2), await step(p)) },
  };
  const wanted = process.argv.slice(4);
  for (const [name, options] of Object.entries(all)) if (wanted.length === 0 || wanted.includes(name)) await shoot(browser, name, options);
} finally {
  await browser.close();
}
