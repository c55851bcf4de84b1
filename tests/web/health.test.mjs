// The health page against a service that tells what each test wants told.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { axe, Browser, overflows, says, until } from "./browser.mjs";
import { example, Fixture } from "./fixture.mjs";

const kAssets = process.env.CUSTODY_WEB_ASSETS;
const browser = new Browser();
let fixture;
let page;

before(() => browser.open());
after(() => browser.close());

beforeEach(() => {
  fixture = undefined;
  page = undefined;
});

afterEach(async () => {
  const faults = page?.faults ?? [];
  await page?.close();
  await fixture?.close();
  assert.deepEqual(faults, [], "errors inside the page");
});

async function open({ shards = 1, records = 12, view = {}, tell = () => undefined } = {}) {
  fixture = new Fixture(kAssets, { shards });
  for (let i = 0; i < records; i++) fixture.seal(example(i), i % shards);
  fixture.closeRound();
  tell(fixture);
  page = await browser.page(await fixture.listen(), view);
}

const row = (text) => page.locator("#events tbody tr", { hasText: text });
// By where its record stands; as a text "0:2" would be in many a time of day.
const record = (place) => page.getByRole("link", { name: `Record ${place}`, exact: true });
const refs = () => page.locator("#events tbody .ref a").allTextContents();
const flow = (text) => page.locator(".flow", { hasText: text }).waitFor();

test("a ledger that is well says so, with its figures", async () => {
  await open();
  await says(page, /^Sealing$/);
  assert.match(await page.locator(".state .detail").textContent(), /13 records in 1 chain, 1 round closed\. Nothing waits\./);
  assert.match(await page.title(), /^Sealing · Customer data, north · Custody$/);
  assert.equal(await page.locator("#shards code").textContent(), fixture.answer().shards[0].head);
  assert.equal(await page.locator("#checkpoint code").textContent(), fixture.answer().checkpoint.root);
  assert.match(await page.locator("#checkpoint").textContent(), /UNWITNESSED/);
  assert.match(await page.locator("#verification").textContent(), /Never/);
  assert.equal(await page.locator(".notices").count(), 0);
});

const house = (name, more = {}) => ({ name, key: `example/${name}`, owner: `Court of ${name}`, url: "https://x", size: 13, round: 1, at: new Date().toISOString(), trouble: "", contradicts: false, failures: [], ...more });

test("who witnesses is named with the owner, and what is the matter", async () => {
  const away = house("w2", { at: null, trouble: "cannot be reached: Connection refused" });
  await open({ tell: (f) => ((f.witnessed = true), (f.witnessing = { quorum: "houses", round: 1, size: 13, at: new Date().toISOString(), lacking_s: 0, trouble: "", witnesses: [house("w1"), away] })) });
  await says(page, /^Sealing$/);
  const panel = await page.locator("#checkpoint").textContent();
  assert.match(panel, /The quorum “houses” has seen round 1/);
  assert.match(panel, /w1 Court of w1Cosigns/);
  assert.match(panel, /w2 Court of w2Trouble.*cannot be reached: Connection refused\. Nothing cosigned/);
  assert.doesNotMatch(panel, /UNWITNESSED/);
  fixture.witnessing = { ...fixture.witnessing, witnesses: [house("w1", { trouble: "has cosigned 40 records", contradicts: true })] };
  await says(page, /^A witness contradicts$/);
  fixture.witnessing = { ...fixture.witnessing, lacking_s: 75, witnesses: [away] };
  await says(page, /^Sealing, unwitnessed$/);
  await page.locator("#checkpoint", { hasText: "nothing since, for 1 min" }).waitFor();
});

test("the last events are there, newest on top, without the ledger's own rounds", async () => {
  await open();
  await record("0:11").waitFor();
  assert.deepEqual(await refs(), Array.from({ length: 12 }, (_, i) => `0:${11 - i}`));
});

test("a quiet ledger whose newest hundred records are rounds still shows its last events", async () => {
  await open({ tell: (f) => Array.from({ length: 150 }, () => f.closeRound()) });
  await record("0:11").waitFor();
  assert.equal((await refs())[0], "0:11");
});

test("an event arrives live, once", async () => {
  await open();
  await record("0:11").waitFor();
  await flow("Live");
  fixture.seal({ type: "data.shared", actor: "person:zoe" });
  await row("person:zoe").waitFor();
  assert.equal(await row("person:zoe").count(), 1);
  assert.equal((await refs())[0], "0:13");
});

test("a reader can hold the list still by button, by pointer and by focus", async () => {
  await open();
  await record("0:11").waitFor();
  await flow("Live");
  const pause = page.getByRole("button", { name: "Pause" });
  await pause.click();
  fixture.seal({ actor: "person:held" });
  await flow("Paused, 1 new");
  assert.equal(await row("person:held").count(), 0);
  await pause.click();
  await row("person:held").waitFor();

  await page.locator("#events .scroll").hover();
  fixture.seal({ actor: "person:hover" });
  await flow("Paused, 1 new");
  assert.equal(await row("person:hover").count(), 0);
  await page.mouse.move(2, 2);
  await row("person:hover").waitFor();

  await page.locator("#events .scroll").focus();
  fixture.seal({ actor: "person:focus" });
  await flow("Paused, 1 new");
  await page.locator("h1").click();
  await row("person:focus").waitFor();
});

test("the list can be narrowed to a type or a family", async () => {
  await open();
  await row("data.erased").waitFor();
  const types = () => page.locator("#events tbody .type").allTextContents();
  const select = page.getByLabel("Type");
  await select.selectOption("data.erased");
  assert.deepEqual([...new Set(await types())], ["data.erased"]);
  await select.selectOption("data.");
  assert.ok((await types()).length > 4 && (await types()).every((t) => t.startsWith("data.")));
  await select.selectOption("*");
  assert.equal((await types())[0], "ledger.round");
});

test("times are in the reader's zone, UTC in the tooltip, and all in UTC by a button", async () => {
  await open({ records: 0, tell: (f) => f.seal({ sealed_at: "2026-01-15T11:30:05.250000Z" }) });
  const at = page.locator("#events tbody .when time").first();
  await at.waitFor();
  assert.equal(await at.textContent(), "2026-01-15 12:30:05");
  assert.equal(await at.getAttribute("title"), "2026-01-15 11:30:05 UTC");
  await page.getByRole("button", { name: "Times in UTC" }).click();
  assert.equal(await at.textContent(), "2026-01-15 11:30:05");
  await page.reload();
  await at.waitFor();
  assert.equal(await at.textContent(), "2026-01-15 11:30:05");
  await page.evaluate(() => localStorage.clear());
});

test("lag is named, with the shard that has it, and goes when it is worked off", async () => {
  await open({ shards: 3, tell: (f) => (f.lag[1].sealer = 48_211) });
  await says(page, "Sealing, behind");
  assert.match(await page.locator(".state .detail").textContent(), /48,211 entries/);
  assert.deepEqual(await page.locator("#shards tbody tr", { hasText: "behind" }).locator("th").allTextContents(), ["Shard 1"]);
  fixture.lag[1] = { sealer: 0, projector: 7_000 };
  await says(page, "Sealing, views behind");
  fixture.lag[1].projector = 0;
  await says(page, /^Sealing$/);
});

test("not ready gives the reason and recovers", async () => {
  await open({ tell: (f) => (f.status.sealer = { ready: false, reason: "the clock is 3 h behind the last record" }) });
  await says(page, /^Not ready$/);
  assert.match(await page.locator(".state .detail").textContent(), /The clock is 3 h behind the last record\. Events are not being sealed\./);
  fixture.status.sealer = { ready: true, reason: "" };
  await says(page, /^Sealing$/);
});

test("a fault found by verification is the first thing one sees", async () => {
  await open({ tell: (f) => (f.status.verification = { at: new Date().toISOString(), records: 13, faults: 2, position: { round: 1 } }) });
  await says(page, /^2 faults found$/);
  assert.match(await page.locator("#verification").textContent(), /2 faults/);
});

test("a connection that is lost is said to be lost, and comes back alone with nothing missing", async () => {
  await open();
  await record("0:11").waitFor();
  await flow("Live");
  const port = fixture.port;
  fixture.seal({ actor: "person:before" });
  await row("person:before").waitFor();
  await fixture.close();
  await says(page, /^Connection lost$/);
  assert.match(await page.locator(".state .detail").textContent(), /Last heard at/);
  assert.match(await page.title(), /^Connection lost/);
  assert.equal(await page.locator("main.stale").count(), 1);
  await row("person:before").waitFor(); // what was known stays readable

  fixture.seal({ actor: "person:meanwhile" });
  await fixture.listen(port);
  await says(page, /^Sealing$/);
  await row("person:meanwhile").waitFor();
  await flow("Live");
  assert.equal(await page.locator("main.stale").count(), 0);
  assert.ok(fixture.streamHeaders.includes("0:13"), `resumes after the last record it saw: ${fixture.streamHeaders}`);
  fixture.seal({ actor: "person:after" });
  await row("person:after").waitFor();
  const got = await refs();
  assert.equal(new Set(got).size, got.length, "nothing twice");
});

test("a service that answers with errors is no service, and its words reach the reader", async () => {
  await open();
  await says(page, /^Sealing$/);
  fixture.status_code = 503;
  await says(page, /^Connection lost$/);
  assert.match(await page.locator(".state .detail").textContent(), /answers with an error \(503\)/);
  fixture.status_code = 401;
  await page.locator(".state .detail", { hasText: "refuses this page (401)" }).waitFor();
  fixture.status_code = 200;
  await says(page, /^Sealing$/);
});

test("another ledger behind the same address leaves nothing of the first", async () => {
  await open();
  await record("0:11").waitFor();
  const port = fixture.port;
  await fixture.close();
  fixture = new Fixture(kAssets);
  fixture.status.ledger.id = "ffff9a41d2b74e0c8f1e6a90b3c7d215";
  fixture.seal({ actor: "person:elsewhere" });
  await fixture.listen(port);
  await row("person:elsewhere").waitFor();
  assert.deepEqual(await refs(), ["0:0"]);
});

test("far behind, the page goes to the head instead of replaying what was missed", async () => {
  await open();
  await record("0:11").waitFor();
  await flow("Live");
  fixture.seal({ actor: "person:last" });
  await row("person:last").waitFor();
  const port = fixture.port;
  await fixture.close();
  await says(page, /^Connection lost$/);
  for (let i = 0; i < 6_000; i++) fixture.seal(example(i));
  fixture.seal({ actor: "person:newest" });
  const before = fixture.streamHeaders.length;
  await fixture.listen(port);
  await row("person:newest").waitFor();
  await flow("Live");
  assert.equal(fixture.streamHeaders[before], "", "starts at the head");
});

test("a tab that nobody looks at gives its stream back, and catches up when looked at", async () => {
  await open();
  await record("0:11").waitFor();
  await flow("Live");
  const look = (away) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, away);
  await look(true);
  await flow("Not connected");
  await until(() => fixture.subscribers.size === 0, "the service has its stream back");
  fixture.seal({ actor: "person:unseen" });
  await look(false);
  await row("person:unseen").waitFor();
  await flow("Live");
});

test("open mode and a log without replicas are shown as the service words them", async () => {
  await open({ tell: (f) => (f.status.notices = ["OPEN MODE: anyone may state events.", "NOT REPLICATED: one disk."]) });
  await page.locator(".notices li").first().waitFor();
  assert.deepEqual(await page.locator(".notices li p").allTextContents(), ["OPEN MODE: anyone may state events.", "NOT REPLICATED: one disk."]);
});

test("the rate follows what is sealed", async () => {
  const start = Date.UTC(2026, 2, 3, 9, 12, 40);
  await open({ view: { clock: start } });
  // The page's own clock, a second at a time, so that a rate is what it is on any machine.
  const second = async () => {
    const answered = page.waitForResponse((r) => r.url().endsWith("/v1/status"));
    await page.clock.runFor(1_000);
    await answered;
  };
  for (let i = 0; i < 5; i++) await second();
  await says(page, /^Sealing$/);
  fixture.bulk[0] += 100_000;
  for (let i = 0; i < 3; i++) await second();
  const peak = page.locator("#rate .reading b").nth(2);
  await peak.filter({ hasText: /\d{2},\d{3}/ }).waitFor();
  const shown = Number((await peak.textContent()).replace(/[^\d.]/g, ""));
  assert.ok(shown > 10_000 && shown <= 125_000, `peak ${shown}`);
  assert.ok(await page.locator("#rate canvas").isVisible());
  await page.getByText("The same in numbers").click();
  assert.equal(await page.locator("#rate .numbers tbody tr").count(), 12);
});

test("every control can be reached and used with the keyboard alone", async () => {
  await open();
  await record("0:11").waitFor();
  const reached = [];
  for (let i = 0; i < 14; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim().slice(0, 30) ?? ""));
  }
  for (const name of ["Skip to the last events", "Times in UTC", "The same in numbers", "Copy the checkpoint's root", "Copy the head of shard 0", "Pause", "Last events, newest first", "Record 0:11"]) {
    assert.ok(reached.includes(name), `${name} in ${JSON.stringify(reached)}`);
  }
});

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[360, 740], [1600, 1000]]) {
    test(`accessible and within the window at ${width} px, ${scheme}`, async () => {
      const tell = (f) => {
        f.status.notices = ["OPEN MODE: anyone may state events.", "NOT REPLICATED: one disk."];
        f.status.verification = { at: new Date().toISOString(), records: 13, faults: 0, position: { round: 1 } };
        f.lag[2].sealer = 9_000;
      };
      await open({ shards: 4, tell, view: { width, height, scheme } });
      await says(page, "Sealing, behind");
      await record("0:2").waitFor();
      assert.deepEqual(await axe(page), []);
      assert.equal(await overflows(page), false, "wider than the window");
      fixture.status.sealer = { ready: false, reason: "disk full" };
      await says(page, "Not ready");
      assert.deepEqual(await axe(page), []);
      await fixture.close();
      await says(page, "Connection lost");
      assert.deepEqual(await axe(page), []);
      assert.equal(await overflows(page), false, "wider than the window");
    });
  }
}

test("sixty-four shards and names as long as allowed keep the page in its window", async () => {
  const long = "x".repeat(64);
  const tell = (f) => {
    f.seal({ actor: `person:${long}`, step: long, source: long, type: "data.accessed" });
    f.status.ledger.name = long;
  };
  await open({ shards: 64, records: 64, tell, view: { width: 360, height: 740 } });
  await row(long).first().waitFor();
  assert.equal(await page.locator("#shards tbody tr").count(), 64);
  assert.equal(await overflows(page), false, "wider than the window");
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal(await overflows(page), false, "wider than the window");
  assert.deepEqual(await axe(page), []);
});
