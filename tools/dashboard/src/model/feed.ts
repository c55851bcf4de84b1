// The last events, bounded whatever arrives: for each type its newest hundred, so that a flood of one type (or the ledger's own
// rounds, one a second) does not push the others out.
import type { LedgerRecord } from "../api/shapes";

const kPerType = 100;

// What a reader asks to see: "" = events without the ledger's own rounds, "*" = everything, "data." = a family, else one type.
export type Filter = string;

export const kNoRounds = "";
export const kEverything = "*";

export function matches(type: string, filter: Filter): boolean {
  if (filter === kEverything) return true;
  if (filter === kNoRounds) return type !== "ledger.round";
  return filter.endsWith(".") ? type.startsWith(filter) : type === filter;
}

export const family = (type: string): string => type.slice(0, type.indexOf(".") + 1);

// Newest first: by when they were sealed, then by place.
function newer(a: LedgerRecord, b: LedgerRecord): number {
  return (b.sealed_at ?? 0) - (a.sealed_at ?? 0) || b.seq - a.seq || a.shard - b.shard;
}

export class Feed {
  private byType = new Map<string, LedgerRecord[]>(); // each newest first
  private have = new Set<string>();

  // Returns those that were new. Repeats (a resume overlaps what is there) are dropped.
  add(records: LedgerRecord[]): LedgerRecord[] {
    const added: LedgerRecord[] = [];
    const touched = new Set<string>();
    for (const record of records) {
      if (this.have.has(record.ref)) continue;
      this.have.add(record.ref);
      const ring = this.byType.get(record.type);
      if (ring) ring.push(record);
      else this.byType.set(record.type, [record]);
      touched.add(record.type);
      added.push(record);
    }
    for (const type of touched) {
      const ring = this.byType.get(type)!;
      ring.sort(newer);
      for (const dropped of ring.splice(kPerType)) this.have.delete(dropped.ref);
    }
    return added;
  }

  newest(filter: Filter, limit: number): LedgerRecord[] {
    const out: LedgerRecord[] = [];
    for (const [type, ring] of this.byType) if (matches(type, filter)) out.push(...ring.slice(0, limit));
    return out.sort(newer).slice(0, limit);
  }

  types(): string[] {
    return [...this.byType.keys()].sort();
  }

  clear(): void {
    this.byType.clear();
    this.have.clear();
  }
}
