import { useSignalEffect } from "@preact/signals";
import { span, zoneName } from "../model/format";
import { hearing, status, tick, verdict, zone, chooseZone } from "../store";
import { Moment } from "./bits";
import { Events } from "./events";
import { Checkpoint, Verification } from "./proof";
import { RatePanel } from "./rate_panel";
import { Shards } from "./shards";
import { Notices, State } from "./state";

const kTabColour = { good: "#1a7f4b", warn: "#b26a00", bad: "#c0182b", lost: "#5b6673", wait: "#5b6673" };

// The browser's tab tells the state as well: most days nobody looks at more than that.
function useTab(): void {
  useSignalEffect(() => {
    const { level, title } = verdict.value;
    const name = status.value?.ledger.name;
    document.title = `${title} · ${name ? `${name} · ` : ""}Custody`;
    const mark = level === "good" ? "<path d='M9 17l5 5 9-11' stroke='white' stroke-width='3.5' fill='none'/>" : "<path d='M16 7v11M16 22v3' stroke='white' stroke-width='4'/>";
    const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><circle cx='16' cy='16' r='16' fill='${kTabColour[level]}'/>${mark}</svg>`;
    document.getElementById("icon")?.setAttribute("href", `data:image/svg+xml,${encodeURIComponent(svg)}`);
  });
}

function Head() {
  const s = status.value;
  const ledger = s?.ledger;
  return (
    <header class="top">
      <h1>
        <span class="brand">Custody</span> {ledger ? <span class="name">{ledger.name || "unnamed ledger"}</span> : null}
      </h1>
      <button type="button" aria-pressed={zone.value === "utc"} onClick={() => chooseZone(zone.value === "utc" ? "local" : "utc")}>
        Times in UTC
      </button>
    </header>
  );
}

function LedgerFacts() {
  const s = status.value;
  if (!s) return null;
  const { ledger } = s;
  return (
    <footer class="facts">
      <h2 class="unseen">About this ledger</h2>
      <dl>
        <div>
          <dt>Ledger</dt>
          <dd>
            <code>{ledger.id}</code>
          </dd>
        </div>
        <div>
          <dt>Origin</dt>
          <dd>
            <code>{ledger.origin}</code>
          </dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>
            <Moment at={ledger.created_at} full />
          </dd>
        </div>
        <div>
          <dt>Mode</dt>
          <dd>{ledger.mode}</dd>
        </div>
        <div>
          <dt>Log</dt>
          <dd>
            {ledger.log}, {ledger.replicated ? "replicated" : "not replicated"}
          </dd>
        </div>
        <div>
          <dt>Service</dt>
          <dd>
            custody {s.version}, running for {span(s.uptime_s * 1000)}
          </dd>
        </div>
        <div>
          <dt>Times</dt>
          <dd>{zone.value === "utc" ? "UTC" : zoneName(tick.value)}</dd>
        </div>
      </dl>
    </footer>
  );
}

export function App() {
  useTab();
  const stale = !hearing.value.connected && status.value !== null;
  return (
    <>
      <a class="skip" href="#events">
        Skip to the last events
      </a>
      <Head />
      <main class={stale ? "stale" : ""}>
        <State />
        <Notices />
        <div class="columns">
          <RatePanel />
          <div class="stack">
            <Checkpoint />
            <Verification />
          </div>
        </div>
        <Shards />
        <Events />
      </main>
      <LedgerFacts />
    </>
  );
}
