// What an auditor asks first: what was signed, who else vouches for it, and when somebody last checked.
import { ago, integer, plural } from "../model/format";
import { records } from "../model/health";
import { serviceNow, status } from "../store";
import { Hash, Mark, Moment, Panel } from "./bits";

export function Checkpoint() {
  const c = status.value?.checkpoint;
  return (
    <Panel id="checkpoint" title="Checkpoint" aside={c ? <Mark level={c.witnessed ? "good" : "warn"}>{c.witnessed ? "Witnessed" : "UNWITNESSED"}</Mark> : null}>
      {c ? (
        <>
          <p>
            Shard {c.shard}, {plural(c.size, "record")}.{" "}
            <span class="muted">{c.witnessed ? "Cosigned by witnesses outside this service." : "Signed by this ledger alone: nobody else vouches for it yet."}</span>
          </p>
          <Hash value={c.root} name="the checkpoint's root" wrap />
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
