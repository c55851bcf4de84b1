// A service that tells whatever a test wants told: the answers of `custody serve` that the health page reads, from a state that the
// test changes step by step. Nothing happens by itself and nothing is random, so each test sees the same page each time.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

const kPolicy = "default-src 'self'; img-src 'self' data:";
const kAssets = { "/": ["index.html", "text/html; charset=utf-8"], "/app.js": ["app.js", "text/javascript; charset=utf-8"], "/app.css": ["app.css", "text/css; charset=utf-8"] };

const hash = (text) => createHash("sha256").update(text).digest("base64");
const rfc3339 = (ms) => new Date(ms).toISOString().replace("Z", "000Z");

export class Fixture {
  constructor(assets, { shards = 1, now = () => Date.now() } = {}) {
    this.assets = assets;
    this.now = now;
    this.started = now();
    this.records = Array.from({ length: shards }, () => []);
    this.subscribers = new Set();
    this.requests = [];
    this.streamHeaders = [];
    this.status_code = 200;
    this.round = 0;
    this.status = {
      ledger: {
        id: "5f0c9a41d2b74e0c8f1e6a90b3c7d215",
        name: "Customer data, north",
        origin: "localhost/5f0c9a41d2b74e0c8f1e6a90b3c7d215/0",
        created_at: rfc3339(this.started - 86_400_000),
        mode: "governed",
        log: "kafka",
        replicated: true,
        shards,
      },
      sealer: { ready: true, reason: "", records_total: 0 },
      projector: { ready: true, reason: "" },
      verification: null,
      notices: [],
      version: "0.1.0",
    };
    this.lag = this.records.map(() => ({ sealer: 0, projector: 0 }));
    this.witnessed = false;
    this.witnessing = null;
    this.bulk = this.records.map(() => 0); // records that count but are not kept: lets a test seal millions
  }

  size(shard) {
    return this.bulk[shard] + this.records[shard].length;
  }

  // Seals one event and tells every open stream.
  seal(event, shard = 0) {
    const now = this.now();
    const seq = this.size(shard);
    const record = { ref: `${shard}:${seq}`, shard, seq, type: "data.accessed", time: rfc3339(now - 40), sealed_at: rfc3339(now), actor: "person:ada", step: "step:support-desk", source: "urn:crm-north", ...event };
    this.records[shard].push(record);
    for (const s of this.subscribers) this.send(s, "record", record);
    return record;
  }

  closeRound() {
    this.round++;
    this.closedAt = this.now();
    const round = { round: this.round, closed_at: rfc3339(this.closedAt), shards: this.records.map((_, shard) => ({ shard, size: this.size(shard), root: this.root(shard) })) };
    for (const s of this.subscribers) s.write(`event: round\ndata: ${JSON.stringify(round)}\n\n`);
    return this.seal({ type: "ledger.round", actor: "system:custody", step: "", source: "custody:sealer" });
  }

  root(shard) {
    return hash(`root ${shard} ${this.size(shard)}`);
  }

  send(stream, event, data) {
    stream.write(`id: ${data.ref}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  answer() {
    const shards = this.records.map((list, shard) => ({
      shard,
      size: this.size(shard),
      head: hash(`head ${shard} ${this.size(shard)}`),
      root: this.root(shard),
      intake: this.size(shard) + this.lag[shard].sealer,
      sealer_lag: this.lag[shard].sealer,
      projected: Math.max(0, this.size(shard) - this.lag[shard].projector),
      projector_lag: this.lag[shard].projector,
      sealed_at: list.length > 0 ? list[list.length - 1].sealed_at : rfc3339(this.started),
    }));
    const total = shards.reduce((sum, s) => sum + s.size, 0);
    return {
      ...this.status,
      round: { round: this.round, closed_at: rfc3339(this.closedAt ?? this.started) },
      shards,
      sealer: { ...this.status.sealer, records_total: total },
      checkpoint: { shard: 0, size: this.size(0), root: this.root(0), witnessed: this.witnessed },
      witnessing: this.witnessing,
      uptime_s: Math.round((this.now() - this.started) / 1000) + 7_500,
    };
  }

  page(from, limit) {
    let [shard, seq] = from.split(":").map(Number);
    const records = [];
    for (; shard < this.records.length && records.length < limit; shard++, seq = 0) {
      const skip = Math.max(0, seq - this.bulk[shard]);
      records.push(...this.records[shard].slice(skip, skip + limit - records.length));
    }
    const last = records[records.length - 1];
    return { records, next: last ? `${last.shard}:${last.seq + 1}` : from };
  }

  stream(request, response) {
    const id = request.headers["last-event-id"];
    this.streamHeaders.push(id ?? "");
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(": here\n\n");
    if (id) {
      const [shard, seq] = id.split(":").map(Number);
      for (const record of this.records[shard].filter((r) => r.seq > seq)) this.send(response, "record", record);
    }
    this.subscribers.add(response);
    response.on("close", () => this.subscribers.delete(response));
  }

  async handle(request, response) {
    response.sendDate = false;
    response.setHeader("Date", new Date(this.now()).toUTCString());
    const url = new URL(request.url, "http://fixture");
    this.requests.push(url.pathname);
    const json = (code, body) => response.writeHead(code, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify(body));
    if (request.headers.origin && request.headers.origin !== `http://${request.headers.host}`) return json(403, { title: "foreign origin" });
    const asset = kAssets[url.pathname];
    if (asset) {
      const bytes = await readFile(join(this.assets, asset[0]));
      return response.writeHead(200, { "Content-Type": asset[1], "Content-Security-Policy": kPolicy, "X-Content-Type-Options": "nosniff" }).end(bytes);
    }
    if (this.status_code !== 200) return json(this.status_code, { title: "not now", status: this.status_code });
    if (url.pathname === "/v1/status") return json(200, this.answer());
    if (url.pathname === "/v1/stream") return this.stream(request, response);
    if (url.pathname === "/v1/records") return json(200, this.page(url.searchParams.get("from") ?? "0:0", Number(url.searchParams.get("limit") ?? 50)));
    const one = /^\/v1\/records\/(\d+)\/(\d+)$/.exec(url.pathname);
    const record = one && this.records[Number(one[1])]?.find((r) => r.seq === Number(one[2]));
    return record ? json(200, record) : json(404, { title: "no such thing", status: 404 });
  }

  // `port` 0 takes a free one; after close() the same port can be asked for again, as a restarted service would.
  async listen(port = 0) {
    this.server = createServer((q, r) => this.handle(q, r).catch((e) => r.destroy(e)));
    await new Promise((done, failed) => this.server.once("error", failed).listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
    return `http://127.0.0.1:${this.port}/`;
  }

  async close() {
    if (!this.server) return;
    const server = this.server;
    this.server = null;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    this.subscribers.clear();
    await closed;
  }
}

// A morning at an invented shop, always the same.
const kEvents = [
  { type: "data.accessed", actor: "person:ada", step: "step:support-desk", source: "urn:crm-north" },
  { type: "data.collected", actor: "system:web-shop", step: "step:checkout", source: "urn:web-shop" },
  { type: "data.accessed", actor: "person:bruno", step: "step:support-desk", source: "urn:crm-north" },
  { type: "data.shared", actor: "person:carla", step: "step:newsletter-export", source: "urn:mailing" },
  { type: "dataset.filled", actor: "system:warehouse", step: "step:nightly-load", source: "urn:warehouse-etl" },
  { type: "operation.closed", actor: "system:warehouse", step: "step:nightly-load", source: "urn:warehouse-etl" },
  { type: "data.erased", actor: "system:retention", step: "step:retention", source: "urn:retention-job" },
  { type: "request.submitted", actor: "person:dora", step: "step:privacy-office", source: "urn:privacy-portal" },
];

export const example = (i) => kEvents[i % kEvents.length];
