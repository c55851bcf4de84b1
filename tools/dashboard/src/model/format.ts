// Numbers and times as people read them. English words and thin separators whatever the browser's locale, so that two people
// who compare what they see read the same text; only the zone is the reader's own.

export type Zone = "local" | "utc";

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const integer = (n: number): string => grouped.format(n);

export function rate(perSecond: number | null): string {
  if (perSecond === null) return "–";
  if (perSecond === 0) return "0";
  if (perSecond < 10) return perSecond < 0.05 ? "< 0.1" : perSecond.toFixed(1);
  return grouped.format(perSecond);
}

// A label of an axis that ends at `top`: all labels of one axis in one unit.
export function axisLabel(n: number, top: number): string {
  const [unit, size] = top >= 1e6 ? [" M", 1e6] : top >= 1e4 ? [" k", 1e3] : ["", 1];
  return n === 0 ? "0" : `${n % size === 0 ? integer(n / size) : (n / size).toFixed(1)}${unit}`;
}

// Whole units, the largest two that matter: 4 s, 3 min, 2 h 5 min, 3 d 4 h.
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 ? `${h} h ${min % 60} min` : `${h} h`;
  const d = Math.floor(h / 24);
  return d < 10 && h % 24 ? `${d} d ${h % 24} h` : `${integer(d)} d`;
}

export const ago = (ms: number): string => (ms < 1000 ? "just now" : `${span(ms)} ago`);

const two = (n: number) => String(n).padStart(2, "0");

function parts(ms: number, zone: Zone) {
  const d = new Date(ms);
  return zone === "utc"
    ? { y: d.getUTCFullYear(), mo: d.getUTCMonth() + 1, d: d.getUTCDate(), h: d.getUTCHours(), mi: d.getUTCMinutes(), s: d.getUTCSeconds() }
    : { y: d.getFullYear(), mo: d.getMonth() + 1, d: d.getDate(), h: d.getHours(), mi: d.getMinutes(), s: d.getSeconds() };
}

export function date(ms: number, zone: Zone): string {
  const p = parts(ms, zone);
  return `${p.y}-${two(p.mo)}-${two(p.d)}`;
}

export function clock(ms: number, zone: Zone): string {
  const p = parts(ms, zone);
  return `${two(p.h)}:${two(p.mi)}:${two(p.s)}`;
}

// The time of day alone on the reader's own day, else with its date.
export function moment(ms: number, zone: Zone, now: number): string {
  const day = date(ms, zone);
  return day === date(now, zone) ? clock(ms, zone) : `${day} ${clock(ms, zone)}`;
}

export const utc = (ms: number): string => `${date(ms, "utc")} ${clock(ms, "utc")} UTC`;

// The zone's name and offset, as a reader knows it: "Europe/Berlin, UTC+02:00".
export function zoneName(now: number): string {
  const east = -new Date(now).getTimezoneOffset();
  const offset = east === 0 ? "UTC" : `UTC${east < 0 ? "−" : "+"}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return name && name !== "UTC" ? `${name}, ${offset}` : offset;
}

export const plural = (n: number, one: string, many = `${one}s`): string => `${integer(n)} ${n === 1 ? one : many}`;

// "OPEN MODE: anyone …" → its heading and its sentence.
export function notice(text: string): { head: string; body: string } {
  const m = /^([A-Z][A-Z0-9 _-]{2,40}):\s*(.*)$/s.exec(text);
  return m ? { head: m[1]!, body: m[2]! } : { head: "Notice", body: text };
}
