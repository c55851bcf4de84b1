// Each chain's size, head and queues. Roles are spelled out because narrow screens lay the table out as blocks, which would take
// its meaning from screen readers in some browsers.
import type { Shard } from "../api/shapes";
import { ago, integer } from "../model/format";
import { behind } from "../model/health";
import { serviceNow, status, summary } from "../store";
import { Hash, Mark, Moment, Panel } from "./bits";

function Lag({ lag, unit }: { lag: number; unit: string }) {
  const late = behind(lag, summary.value.now);
  return (
    <span class="lag">
      <span class={lag === 0 ? "muted" : ""}>{integer(lag)}</span>
      <span class="unit"> {unit}</span>
      {late ? <Mark level="warn">behind</Mark> : null}
    </span>
  );
}

function Row({ shard }: { shard: Shard }) {
  const at = shard.sealed_at;
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <span class="label">Shard </span>
        {shard.shard}
      </th>
      <td role="cell" class="number" data-label="Records">
        {integer(shard.size)}
      </td>
      <td role="cell" class="number" data-label="Waiting for the sealer">
        <Lag lag={shard.sealer_lag} unit={shard.sealer_lag === 1 ? "entry" : "entries"} />
      </td>
      <td role="cell" class="number" data-label="Waiting for the views">
        <Lag lag={shard.projector_lag} unit={shard.projector_lag === 1 ? "record" : "records"} />
      </td>
      <td role="cell" data-label="Last sealed">
        <span>
          <Moment at={at} /> <span class="muted">{at === null ? "" : ago(serviceNow.value - at)}</span>
        </span>
      </td>
      <td role="cell" class="wide" data-label="Head">
        <Hash value={shard.head} name={`the head of shard ${shard.shard}`} />
      </td>
    </tr>
  );
}

export function Shards() {
  const shards = status.value?.shards ?? [];
  const many = shards.length > 8;
  return (
    <Panel id="shards" title={shards.length > 1 ? "Shards" : "Chain"}>
      <div class={many ? "scroll" : ""} {...(many ? { tabIndex: 0, role: "region", "aria-label": "Shards, scrollable" } : {})}>
        <table role="table" class="shards" aria-labelledby="shards-title">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Shard
              </th>
              <th role="columnheader" scope="col" class="number">
                Records
              </th>
              <th role="columnheader" scope="col" class="number">
                Waiting for the sealer
              </th>
              <th role="columnheader" scope="col" class="number">
                Waiting for the views
              </th>
              <th role="columnheader" scope="col">
                Last sealed
              </th>
              <th role="columnheader" scope="col">
                Head
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shards.map((s) => (
              <Row key={s.shard} shard={s} />
            ))}
          </tbody>
        </table>
      </div>
      {shards.length === 0 ? <p class="muted">Not known yet.</p> : null}
    </Panel>
  );
}
