// Server-Sent Events by hand (WHATWG HTML §9.2.6) over fetch, because the browser's EventSource gives up for good after an answer
// that is not 200 and cannot be told where to start; this page must outlive restarts of the service and resume at a record.

export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

// Feeds on decoded text in pieces of any size. `lastId` is what Last-Event-ID should carry next time.
export class EventParser {
  lastId: string;
  private rest = "";
  private id: string;
  private event = "";
  private data: string[] = [];

  constructor(lastId = "") {
    this.lastId = this.id = lastId;
  }

  push(chunk: string): ServerEvent[] {
    const out: ServerEvent[] = [];
    let buffer = this.rest + chunk;
    // A CR at the very end may be the first half of CR LF: it waits for the next piece.
    const held = buffer.endsWith("\r") ? "\r" : "";
    if (held) buffer = buffer.slice(0, -1);
    const lines = buffer.split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? "") + held;
    for (const line of lines) {
      if (line === "") this.dispatch(out);
      else if (!line.startsWith(":")) this.field(line);
    }
    return out;
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (name === "data") this.data.push(value);
    else if (name === "event") this.event = value;
    else if (name === "id" && !value.includes("\0")) this.id = value;
  }

  private dispatch(out: ServerEvent[]): void {
    this.lastId = this.id;
    if (this.data.length > 0) out.push({ id: this.id, event: this.event || "message", data: this.data.join("\n") });
    this.event = "";
    this.data = [];
  }
}

export interface StreamOptions {
  lastId: string; // "" = from now on
  signal: AbortSignal;
  silenceMs: number; // with no byte for so long the connection counts as dead
  onOpen(): void;
  onEvents(events: ServerEvent[], lastId: string): void;
}

// Reads one connection to its end. Returns when the server closed it, throws when it failed, was refused or fell silent.
export async function readStream(url: string, options: StreamOptions): Promise<void> {
  const dead = new AbortController();
  const stop = () => dead.abort();
  options.signal.addEventListener("abort", stop, { once: true });
  let watchdog = setTimeout(stop, options.silenceMs);
  try {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (options.lastId !== "") headers["Last-Event-ID"] = options.lastId;
    const response = await fetch(url, { headers, cache: "no-store", signal: dead.signal });
    if (!response.ok || !response.body) throw new Error(`the stream was refused (${response.status})`);
    options.onOpen();
    const parser = new EventParser(options.lastId);
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, options.silenceMs);
      const events = parser.push(decoder.decode(value, { stream: true }));
      if (events.length > 0) options.onEvents(events, parser.lastId);
    }
  } finally {
    clearTimeout(watchdog);
    options.signal.removeEventListener("abort", stop);
    dead.abort();
  }
}
