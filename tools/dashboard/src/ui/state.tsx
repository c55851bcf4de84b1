// The first two seconds: one line that says how the ledger is, the four figures behind it, and what every reader must know.
import { ago, integer, notice, rate, span } from "../model/format";
import { records } from "../model/health";
import { hearing, serviceNow, status, summary, tick, verdict } from "../store";
import { Icon, Moment } from "./bits";

function Figures() {
  const s = status.value;
  if (!s) return null;
  const connected = hearing.value.connected;
  const now = serviceNow.value;
  const verified = s.verification;
  return (
    <dl class="figures">
      <div>
        <dt>Records</dt>
        <dd>{integer(records(s.shards))}</dd>
        <dd class="sub">sealed</dd>
      </div>
      <div>
        <dt>Records a second</dt>
        <dd>{connected ? rate(summary.value.now) : "–"}</dd>
        <dd class="sub">last 5 s</dd>
      </div>
      <div>
        <dt>Round</dt>
        <dd>{s.round ? integer(s.round.round) : "–"}</dd>
        <dd class="sub">{s.round?.closed_at == null ? "none closed yet" : <span title="Since the round was closed">{connected ? ago(now - s.round.closed_at) : <Moment at={s.round.closed_at} />}</span>}</dd>
      </div>
      <div>
        <dt>Last verified</dt>
        <dd>{verified ? span(now - verified.at) : "never"}</dd>
        <dd class="sub">{verified ? (verified.faults === 0 ? "ago, no fault" : "ago, with faults") : <code>custody verify</code>}</dd>
      </div>
    </dl>
  );
}

export function State() {
  const { level, title, detail } = verdict.value;
  const { connected, heardAt } = hearing.value;
  return (
    <section class={`state ${level}`} aria-label="State of the ledger">
      <div class="line">
        <Icon kind={level} />
        <div>
          <p class="title" role="status">
            {title}
          </p>
          <p class="detail">
            {detail.split("`").map((piece, i) => (i % 2 ? <code key={i}>{piece}</code> : piece))}
            {!connected && heardAt !== null ? (
              <>
                {" "}
                Last heard at <Moment at={heardAt} />, {ago(tick.value - heardAt)}.
              </>
            ) : null}
          </p>
        </div>
      </div>
      <Figures />
    </section>
  );
}

export function Notices() {
  const texts = status.value?.notices ?? [];
  if (texts.length === 0) return null;
  return (
    <section class="notices" aria-label="Notices">
      <ul>
        {texts.map((text) => {
          const { head, body } = notice(text);
          return (
            <li key={text}>
              <Icon kind="notice" />
              <p>
                <strong>{head}:</strong> {body}
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
