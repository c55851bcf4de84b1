// What an auditor asks first: what was signed, who else vouches for it, and when somebody last checked.
import type { Witness, Witnessing } from "../api/shapes";
import { ago, integer, plural, span } from "../model/format";
import { kUnwitnessedSeconds, records } from "../model/health";
import { serviceNow, status } from "../store";
import { Hash, Mark, Moment, Panel } from "./bits";

function WitnessLine({ witness: w }: { witness: Witness }) {
  const level = w.contradicts ? "bad" : w.trouble !== "" ? "warn" : "good";
  return (
    <li>
      <span class="who">
        <strong>{w.name}</strong> {w.owner ? <span class="muted">{w.owner}</span> : null}
        <Mark level={level}>{w.contradicts ? "Contradicts" : w.trouble !== "" ? "Trouble" : "Cosigns"}</Mark>
      </span>
      <span class={w.trouble !== "" ? "" : "muted"}>
        {w.trouble !== "" ? `${w.trouble}. ` : ""}
        {w.at !== null ? `Last seen at ${plural(w.size, "record")}, ${ago(serviceNow.value - w.at)}.` : "Nothing cosigned since this service started."}
      </span>
    </li>
  );
}

// What the quorum has seen may be a second behind what was signed; longer is told.
function Witnesses({ witnessing: w }: { witnessing: Witnessing }) {
  const late = w.lacking_s >= kUnwitnessedSeconds;
  return (
    <>
      <p>
        {w.round !== null ? `The quorum “${w.quorum}” has seen round ${integer(w.round)}` : `The quorum “${w.quorum}” has seen no checkpoint`}
        {late ? ` and nothing since, for ${span(w.lacking_s * 1000)}.` : w.at !== null ? `, ${ago(serviceNow.value - w.at)}.` : "."}
        {w.trouble !== "" ? ` Nothing can be submitted now: ${w.trouble}.` : ""}
      </p>
      <ul class="witnesses" aria-label="Witnesses">
        {w.witnesses.map((one) => (
          <WitnessLine key={one.name} witness={one} />
        ))}
      </ul>
    </>
  );
}

export function Checkpoint() {
  const c = status.value?.checkpoint;
  const w = status.value?.witnessing;
  return (
    <Panel id="checkpoint" title="Checkpoint" aside={c ? <Mark level={c.witnessed ? "good" : "warn"}>{c.witnessed ? "Witnessed" : "UNWITNESSED"}</Mark> : null}>
      {c ? (
        <>
          <p>
            Shard {c.shard}, {plural(c.size, "record")}.{" "}
            <span class="muted">{c.witnessed ? "Cosigned by witnesses outside this service." : "Signed by this ledger alone: nobody else vouches for it yet."}</span>
          </p>
          <Hash value={c.root} name="the checkpoint's root" wrap />
          {w ? <Witnesses witnessing={w} /> : null}
        </>
      ) : (
        <p class="muted">No checkpoint was signed yet.</p>
      )}
    </Panel>
  );
}

export function Verification() {
  const s = status.value;
  const v = s?.verification;
  const since = s && v ? Math.max(0, records(s.shards) - v.records) : 0;
  return (
    <Panel id="verification" title="Last verification" aside={v ? <Mark level={v.faults === 0 ? "good" : "bad"}>{v.faults === 0 ? "No fault" : plural(v.faults, "fault")}</Mark> : s ? <Mark level="warn">Never</Mark> : null}>
      {v ? (
        <>
          <p>
            {plural(v.records, "record")}
            {v.round !== null ? `, up to round ${integer(v.round)}` : ""}. <span class="muted">{since > 0 ? `${plural(since, "record")} sealed since.` : "Nothing was sealed since."}</span>
          </p>
          <p class="muted">
            <Moment at={v.at} full />, {ago(serviceNow.value - v.at)}
          </p>
        </>
      ) : (
        <p class="muted">
          {s ? "Nobody has re-read this ledger and re-computed its hashes yet. " : "Not known yet. "}
          <code>custody verify</code> does.
        </p>
      )}
    </Panel>
  );
}
