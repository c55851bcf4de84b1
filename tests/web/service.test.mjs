// The page of the real binary ($CUSTODY_BIN): a fresh embedded ledger, events posted to it, and what a reader then sees; last, the
// service goes away and comes back on the same port.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { axe, Browser, overflows, says } from "./browser.mjs";

const browser = new Browser();
let folder;
let service;
let url;
let page;

async function serve(listen) {
  service = spawn(process.env.CUSTODY_BIN, ["serve", "--listen", listen, "--data", join(folder, "data"), "--keys", join(folder, "keys")], { stdio: ["ignore", "pipe", "pipe"] });
  const words = [];
  service.stderr.on("data", (bytes) => words.push(bytes));
  const gone = once(service, "exit").then(([code]) => assert.fail(`serve ended (${code}): ${Buffer.concat(words)}`));
  gone.catch(() => undefined);
  const [line] = await Promise.race([once(createInterface({ input: service.stdout }), "line"), gone]);
  const [, address] = /^listening (http:\/\/127\.0\.0\.1:\d+)$/.exec(line) ?? assert.fail(`first line: ${line}`);
  return `${address}/`;
}

async function stop() {
  if (!service || service.exitCode !== null) return;
  const ended = once(service, "exit");
  service.kill("SIGTERM");
  const [code] = await ended;
  assert.equal(code, 0, "SIGTERM ends the service in good order");
}

// Posts one event and returns its receipt.
async function emit(event) {
  const response = await fetch(`${url}v1/events?wait=sealed`, {
    method: "POST",
    headers: { "Content-Type": "application/cloudevents+json" },
    body: JSON.stringify({ specversion: "1.0", source: "urn:crm-north", time: new Date().toISOString(), ...event }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${response.status}: ${text}`);
  return JSON.parse(text);
}

const read = (id, actor) => ({ id, type: "data.accessed", actor, step: "step:support-desk", data: { dataset: "dataset:crm", mode: "read", fields: ["email"] } });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "custody-web-service-"));
  url = await serve("127.0.0.1:0");
  await browser.open();
});

after(async () => {
  await browser.close();
  service?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  const faults = page?.faults ?? [];
  await page?.close();
  page = undefined;
  assert.deepEqual(faults, [], "errors inside the page");
});

const row = (text) => page.locator("#events tbody tr", { hasText: text });

test("a fresh ledger is well and says that it is an open trial", async () => {
  page = await browser.page(url);
  await says(page, /^Sealing$/);
  assert.match(await page.locator(".notices").textContent(), /OPEN MODE/);
  assert.match(await page.locator("#checkpoint").textContent(), /UNWITNESSED/);
  const status = await (await fetch(`${url}v1/status`)).json();
  assert.equal(await page.locator(".facts code").first().textContent(), status.ledger.id);
});

test("the page is served as a stranger's page could not abuse it", async () => {
  const answer = await fetch(url);
  assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'self'/);
  for (const asset of ["app.js", "app.css"]) assert.equal((await fetch(url + asset)).status, 200);
  assert.equal((await fetch(`${url}v1/status`, { headers: { Origin: "http://elsewhere.example" } })).status, 403);
});

test("an event that was posted arrives live, with the place its receipt names", async () => {
  page = await browser.page(url);
  await page.locator(".flow", { hasText: "Live" }).waitFor();
  const receipt = await emit(read("live-1", "person:ada"));
  await row("person:ada").waitFor();
  assert.equal(await row("person:ada").locator(".ref a").textContent(), `${receipt.shard}:${receipt.seq}`);
  await row("person:ada").locator(".ref a").click();
  await page.waitForURL(`${url}v1/records/${receipt.shard}/${receipt.seq}`);
});

test("what was sealed before the page was opened is there", async () => {
  const receipt = await emit(read("early-1", "person:early"));
  page = await browser.page(url, { width: 360, height: 740 });
  await row("person:early").waitFor();
  assert.equal(await row("person:early").locator(".ref a").textContent(), `${receipt.shard}:${receipt.seq}`);
  assert.equal(await overflows(page), false, "wider than the window");
  assert.deepEqual(await axe(page), []);
});

test("the service goes away and comes back: the page says so and catches up alone", async () => {
  page = await browser.page(url);
  await page.locator(".flow", { hasText: "Live" }).waitFor();
  await emit(read("before-1", "person:before"));
  await row("person:before").waitFor();
  await stop();
  await says(page, /^Connection lost$/);
  assert.equal(await serve(new URL(url).host), url);
  const receipt = await emit(read("meanwhile-1", "person:meanwhile"));
  await says(page, /^Sealing$/);
  await row("person:meanwhile").waitFor();
  assert.equal(await row("person:meanwhile").locator(".ref a").textContent(), `${receipt.shard}:${receipt.seq}`);
  if (process.env.CUSTODY_WEB_SHOT) await page.screenshot({ path: process.env.CUSTODY_WEB_SHOT, fullPage: true });
  await page.close();
  page = undefined;
  await stop();
});
