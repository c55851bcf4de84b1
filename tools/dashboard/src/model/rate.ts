// The rate of sealing, from the sizes that the service reports about once a second.

export interface Point {
  at: number; // ms since 1970, end of the interval
  rate: number | null; // records a second over the interval; null = unknown (connection lost, ledger changed)
}

export const kWindowMs = 120_000;
const kStepMs = 800; // samples closer together are one: an answer that came late must not make the next one look fast
const kGapMs = 5_000; // samples further apart leave a hole: an average over minutes drawn as one step would look like a fact

export class RateSeries {
  points: Point[] = [];
  private last: { at: number; total: number } | null = null;

  // `total` never falls on a healthy ledger; where it does, another ledger answers and the series begins anew.
  add(at: number, total: number): void {
    if (this.last && at < this.last.at + kStepMs) return;
    if (this.last) {
      const ms = at - this.last.at;
      const grown = total - this.last.total;
      if (grown < 0) this.points = [];
      else this.points.push({ at, rate: ms > kGapMs ? null : (grown * 1000) / ms });
    }
    this.last = { at, total };
    this.trim(at);
  }

  gap(at: number): void {
    const tail = this.points[this.points.length - 1];
    if (tail && tail.rate !== null && at > tail.at) this.points.push({ at, rate: null });
    this.last = null;
    this.trim(at);
  }

  private trim(now: number): void {
    const from = now - kWindowMs - 2_000; // a little more than shown, so that the line reaches the left edge
    let drop = 0;
    while (drop < this.points.length && this.points[drop]!.at < from) drop++;
    if (drop > 0) this.points.splice(0, drop);
  }
}

export interface RateSummary {
  now: number | null; // mean of the last five seconds
  mean: number | null; // of what the window holds
  peak: number | null;
}

export function summarize(points: Point[], now: number): RateSummary {
  const known = points.filter((p): p is { at: number; rate: number } => p.rate !== null && p.at > now - kWindowMs);
  const recent = known.filter((p) => p.at > now - 5_500);
  const mean = (ps: { rate: number }[]) => (ps.length > 0 ? ps.reduce((sum, p) => sum + p.rate, 0) / ps.length : null);
  return { now: mean(recent), mean: mean(known), peak: known.length > 0 ? Math.max(...known.map((p) => p.rate)) : null };
}

// The same window in steps of ten seconds, newest first, for readers who get no picture.
export function digest(points: Point[], now: number, stepMs = 10_000): { from: number; rate: number | null }[] {
  const rows = [];
  for (let from = now - stepMs; from >= now - kWindowMs; from -= stepMs) {
    const inside = points.filter((p) => p.rate !== null && p.at > from && p.at <= from + stepMs);
    rows.push({ from, rate: inside.length > 0 ? inside.reduce((sum, p) => sum + (p.rate ?? 0), 0) / inside.length : null });
  }
  return rows;
}

// Where the scale ends: the smallest round number that holds the peak, so that it changes seldom.
export function ceiling(peak: number): number {
  if (peak <= 4) return 4;
  const size = 10 ** Math.floor(Math.log10(peak));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].map((k) => k * size).find((top) => top >= peak) ?? peak;
}
