// Small pieces that several panels share.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { moment, utc } from "../model/format";
import type { Level } from "../model/health";
import { tick, zone } from "../store";

// A moment in the reader's zone; UTC to the second in the tooltip, and the whole truth in the attribute.
export function Moment({ at, full }: { at: number | null; full?: boolean }) {
  if (at === null) return <span class="muted">–</span>;
  const shown = moment(at, zone.value, full ? -Infinity : tick.value);
  return (
    <time dateTime={new Date(at).toISOString()} title={utc(at)}>
      {shown}
      {zone.value === "utc" && full ? " UTC" : ""}
    </time>
  );
}

// A hash in full, cut by the page's width only: searchable, copyable, and read whole by whoever cannot see it.
export function Hash({ value, name, wrap }: { value: string; name: string; wrap?: boolean }) {
  const copied = useSignal(false);
  if (value === "") return <span class="muted">–</span>;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      copied.value = true;
      setTimeout(() => (copied.value = false), 2_000);
    } catch {
      // Only a secure page may write to the clipboard; the text is there to be selected.
    }
  };
  return (
    <span class={wrap ? "hash wrap" : "hash"}>
      <code title={wrap ? undefined : value}>{value}</code>
      <button type="button" class="copy" onClick={copy} aria-label={`Copy ${name}`}>
        {copied.value ? "Copied" : "Copy"}
      </button>
    </span>
  );
}

const kPaths: Record<Level | "notice", string> = {
  good: "M5 12.5l4.5 4.5L19 7.5",
  warn: "M12 6v7M12 17v.5",
  bad: "M7 7l10 10M17 7L7 17",
  lost: "M4.5 12H9M15 12h4.5M10 17.5l4-11",
  wait: "M7 12h.5M12 12h.5M17 12h.5",
  notice: "M12 6v7M12 17v.5",
};

export function Icon({ kind }: { kind: Level | "notice" }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {kind === "warn" || kind === "notice" ? <path class="shape" d="M12 1.5L23 21.5H1z" /> : <circle class="shape" cx="12" cy="12" r="11" />}
      <path class="stroke" d={kPaths[kind]} transform={kind === "warn" || kind === "notice" ? "translate(0 2)" : ""} />
    </svg>
  );
}

export function Mark({ level, children }: { level: Level; children: ComponentChildren }) {
  return <span class={`mark ${level}`}>{children}</span>;
}

export function Panel(props: { id: string; title: string; class?: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class={`panel ${props.class ?? ""}`} aria-labelledby={`${props.id}-title`} id={props.id}>
      <header>
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}
