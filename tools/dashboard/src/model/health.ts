// One verdict from what the service says about itself and whether it can be heard at all. The worst truth wins, because the reader
// may look for two seconds only.
import type { Shard, Status } from "../api/shapes";
import { plural, span } from "./format";

export type Level = "good" | "warn" | "bad" | "lost" | "wait";

export interface Verdict {
  level: Level;
  title: string;
  detail: string;
}

export interface Hearing {
  connected: boolean;
  failures: number; // failed requests in a row
  problem: string; // of the last failed one
  heardAt: number | null; // by the reader's clock
}

const kRoundOverdueMs = 90_000; // an idle ledger closes a round each 60 s
export const kUnwitnessedSeconds = 60;
const kBehindSeconds = 5;
const kBehindFloor = 1_000; // a batch on its way is no lag

// A queue is behind once the present rate would need more than five seconds to empty it.
export function behind(lag: number, ratePerSecond: number | null): boolean {
  return lag > Math.max(kBehindFloor, kBehindSeconds * (ratePerSecond ?? 0));
}

const sum = (shards: Shard[], key: "sealer_lag" | "projector_lag") => shards.reduce((total, s) => total + s[key], 0);

export const records = (shards: Shard[]): number => shards.reduce((total, s) => total + s.size, 0);

// `now` is by the service's clock, as far as the page could tell.
export function assess(status: Status | null, hearing: Hearing, ratePerSecond: number | null, now: number): Verdict {
  if (!hearing.connected) {
    if (hearing.heardAt === null) {
      return hearing.failures < 2
        ? { level: "wait", title: "Connecting", detail: "Asking the service for the state of the ledger." }
        : { level: "lost", title: "No connection", detail: `${hearing.problem} This page keeps trying by itself.` };
    }
    return { level: "lost", title: "Connection lost", detail: `${hearing.problem} Below is what was last known; this page keeps trying by itself.` };
  }
  if (!status) return { level: "wait", title: "Connecting", detail: "Asking the service for the state of the ledger." };
  return judge(status, ratePerSecond, now);
}

function judge(status: Status, ratePerSecond: number | null, now: number): Verdict {
  const { sealer, projector, verification, round, shards, witnessing } = status;
  if (!sealer.ready) return { level: "bad", title: "Not ready", detail: sentence(sealer.reason, "The sealer gives no reason.") + " Events are not being sealed." };
  if (verification && verification.faults > 0) {
    return {
      level: "bad",
      title: plural(verification.faults, "fault") + " found",
      detail: `The last verification of ${plural(verification.records, "record")} found what should not be. Run \`custody verify\` to see where, and which records remain proved.`,
    };
  }
  const contradicting = witnessing?.witnesses.find((w) => w.contradicts);
  if (contradicting) {
    return {
      level: "bad",
      title: "A witness contradicts",
      detail: sentence(`witness ${contradicting.name} ${contradicting.trouble}`, "") + " Events are sealed all the same; run `custody verify --against` a checkpoint kept elsewhere.",
    };
  }
  if (!projector.ready) {
    return { level: "warn", title: "Sealing, views stopped", detail: sentence(projector.reason, "The projector gives no reason.") + " Records are sealed; answers stay at what was proved before." };
  }
  const waiting = sum(shards, "sealer_lag");
  if (behind(waiting, ratePerSecond)) {
    return { level: "warn", title: "Sealing, behind", detail: `${plural(waiting, "entry", "entries")} taken in and waiting to be sealed.` };
  }
  const unfolded = sum(shards, "projector_lag");
  if (behind(unfolded, ratePerSecond)) {
    return { level: "warn", title: "Sealing, views behind", detail: `${plural(unfolded, "record")} sealed and not yet in the views.` };
  }
  if (witnessing && witnessing.lacking_s >= kUnwitnessedSeconds) {
    return { level: "warn", title: "Sealing, unwitnessed", detail: `No checkpoint has had its quorum of witnesses for ${span(witnessing.lacking_s * 1000)}. Records are sealed; until then only the operator vouches for them.` };
  }
  const age = round?.closed_at != null ? now - round.closed_at : null;
  if (age !== null && age > kRoundOverdueMs) {
    return { level: "warn", title: "Sealing, rounds overdue", detail: `No round was closed for ${span(age)}; an idle ledger closes one each minute.` };
  }
  return { level: "good", title: "Sealing", detail: `${plural(records(shards), "record")} in ${plural(shards.length, "chain")}${round ? `, ${plural(round.round, "round")} closed` : ""}. ${waiting + unfolded === 0 ? "Nothing waits." : "A batch is on its way."}` };
}

function sentence(text: string, otherwise: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return otherwise;
  const capital = trimmed[0]!.toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
