// Chromium for the page's tests: one browser a test file, a fresh profile, one page a test, and a record of everything that went
// wrong inside the page, so that an error nobody looked for still fails the test.
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The packages lie outside the tree (tools/dashboard/build.sh --modules says where).
if (!process.env.CUSTODY_WEB_MODULES) throw new Error("start these tests with tests/web/run");
const require = createRequire(join(process.env.CUSTODY_WEB_MODULES, "package.json"));
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");

const kFlags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const kPatienceMs = 120_000;

// Waits until `holds` does: for what happens on this side of the wire, where no locator can look.
export async function until(holds, what) {
  for (const end = Date.now() + kPatienceMs; !holds(); ) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export class Browser {
  async open() {
    this.profile = await mkdtemp(join(tmpdir(), "custody-web-"));
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env.CHROMIUM,
      args: kFlags,
      headless: true,
      timezoneId: "Europe/Berlin",
      locale: "en-GB",
      viewport: { width: 1280, height: 900 },
    });
    // Only ever waited for where something is wrong: a loaded machine may need its time for what takes a blink elsewhere.
    this.context.setDefaultTimeout(kPatienceMs);
    return this;
  }

  async page(url, { width = 1280, height = 900, scheme = "light", clock } = {}) {
    const page = await this.context.newPage();
    page.faults = [];
    page.on("pageerror", (e) => page.faults.push(`error: ${e.message}`));
    page.on("console", (m) => m.type() === "error" && !/Failed to load resource|net::ERR/.test(m.text()) && page.faults.push(`console: ${m.text()}`));
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    if (clock !== undefined) await page.clock.install({ time: clock });
    await page.goto(url);
    return page;
  }

  async close() {
    await this.context?.close();
    if (this.profile) await rm(this.profile, { recursive: true, force: true });
  }
}

// Waits until the big line says so.
export async function says(page, text) {
  await page.locator(".state .title", { hasText: text }).waitFor();
}

export async function axe(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

// True where something is wider than the window.
export const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
