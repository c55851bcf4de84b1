// The last events, newest on top. The list stands still while a pointer or the focus rests on it, so that nothing moves away
// under the reader, and by a button for as long as they like.
import type { LedgerRecord } from "../api/shapes";
import { family, kEverything, kNoRounds } from "../model/feed";
import { plural } from "../model/format";
import { chooseFilter, filter, fresh, hearing, paused, pausedByButton, pausedByReader, rows, streaming, types } from "../store";
import { Moment, Panel } from "./bits";

function Controls() {
  const known = types.value;
  const families = [...new Set(known.map(family))].filter((f) => f !== "");
  const chosen = filter.value;
  return (
    <div class="controls">
      <span class="flow muted">{flow()}</span>
      <label>
        <span>Type</span>
        <select value={chosen} onChange={(e) => chooseFilter(e.currentTarget.value)}>
          <option value={kNoRounds}>All but rounds</option>
          <option value={kEverything}>All</option>
          <optgroup label="Families">
            {families.map((f) => (
              <option key={f} value={f}>
                {f}*
              </option>
            ))}
          </optgroup>
          <optgroup label="Types">
            {known.map((t) => (
              <option key={t} value={t}>
                {t}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <button type="button" aria-pressed={pausedByButton.value} onClick={() => (pausedByButton.value = !pausedByButton.value)}>
        Pause
      </button>
    </div>
  );
}

function flow(): string {
  if (paused.value) return fresh.value > 0 ? `Paused, ${plural(fresh.value, "new", "new")}` : "Paused";
  return streaming.value && hearing.value.connected ? "Live" : "Not connected";
}

function Row({ record }: { record: LedgerRecord }) {
  return (
    <tr role="row">
      <td role="cell" class="when" data-label="Sealed">
        <Moment at={record.sealed_at} />
      </td>
      <td role="cell" class="type" data-label="Type">
        {record.type}
      </td>
      <td role="cell" data-label="Actor">
        {record.actor || <span class="muted">–</span>}
      </td>
      <td role="cell" data-label="Step">
        {record.step || <span class="muted">–</span>}
      </td>
      <td role="cell" data-label="Source">
        {record.source || <span class="muted">–</span>}
      </td>
      <td role="cell" class="when" data-label="Happened">
        <Moment at={record.time} />
      </td>
      <td role="cell" class="ref" data-label="Record">
        <a href={`v1/records/${record.shard}/${record.seq}`} aria-label={`Record ${record.ref}`}>
          {record.ref}
        </a>
      </td>
    </tr>
  );
}

const hold = (on: boolean) => () => (pausedByReader.value = on);

export function Events() {
  const list = rows.value;
  return (
    <Panel id="events" title="Last events" class="events" aside={<Controls />}>
      <div
        class="scroll"
        tabIndex={0}
        role="region"
        aria-label="Last events, newest first"
        onPointerEnter={(e) => e.pointerType === "mouse" && hold(true)()}
        onPointerLeave={(e) => e.pointerType === "mouse" && !e.currentTarget.contains(document.activeElement) && hold(false)()}
        onFocusIn={hold(true)}
        onFocusOut={(e) => !e.currentTarget.contains(e.relatedTarget as Node | null) && !e.currentTarget.matches(":hover") && hold(false)()}
      >
        <table role="table" class="list" aria-labelledby="events-title">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Sealed
              </th>
              <th role="columnheader" scope="col">
                Type
              </th>
              <th role="columnheader" scope="col">
                Actor
              </th>
              <th role="columnheader" scope="col">
                Step
              </th>
              <th role="columnheader" scope="col">
                Source
              </th>
              <th role="columnheader" scope="col">
                Happened
              </th>
              <th role="columnheader" scope="col">
                Record
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {list.map((r) => (
              <Row key={r.ref} record={r} />
            ))}
          </tbody>
        </table>
        {list.length === 0 ? <p class="empty muted">{filter.value === kNoRounds ? <>No event yet. Send one with <code>custody emit</code>, and it appears here.</> : "None of this type among the last events."}</p> : null}
      </div>
    </Panel>
  );
}
