#include "tools/serve/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "tools/node/node.h"

namespace custody {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries& seconds_buckets() {
  static const Histogram::BucketBoundaries buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                   0.1,    0.25,  0.5,    1,     2.5,  10,    30};
  return buckets;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;

  Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Family<Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }

  Family<Counter>& requests = counters("custody_http_requests_total", "Requests answered, by route and status.");
  Family<Histogram>& seconds = prometheus::BuildHistogram()
                                   .Name("custody_http_request_seconds")
                                   .Help("From a request's header to its answer's end.")
                                   .Register(registry);
  Counter& lines = counters("custody_http_stream_events_total", "Events that came in streams.").Add({});
  Family<Counter>& refused = counters("custody_http_refused_total", "Refused for want of room, by what was full.");
  Gauge& connections = gauges("custody_http_connections", "Open connections.").Add({});
  Gauge& working = gauges("custody_http_working", "Requests that a worker has in hand.").Add({});
  Gauge& waiting = gauges("custody_http_waiting", "Requests that wait for a worker.").Add({});
  Gauge& stream_clients = gauges("custody_stream_clients", "Clients of the live stream.").Add({});
  Counter& stream_dropped =
      counters("custody_stream_dropped_total", "Clients of the live stream dropped for not reading.").Add({});
  Family<Gauge>& records = gauges("custody_shard_records", "Records sealed and verified, by shard.");
  Family<Gauge>& sealer_ready = gauges("custody_sealer_ready", "1 while the shard's sealer takes events.");
  Family<Gauge>& sealer_waiting = gauges("custody_sealer_waiting", "Entries taken in and not sealed yet.");
  Family<Gauge>& projector_lag = gauges("custody_projector_lag_records", "Records sealed and not in the views yet.");
  Gauge& round = gauges("custody_round", "The newest round.").Add({});
  Gauge& ready = gauges("custody_ready", "1 while events can be sealed.").Add({});
  Family<Gauge>& build = gauges("custody_build_info", "1, with the version.");
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  families_->build.Add({{"version", std::string(kVersion)}}).Set(1);
}
Metrics::~Metrics() = default;

void Metrics::request(std::string_view route, int status, double seconds) {
  const std::string name(route);
  families_->requests.Add({{"route", name}, {"status", std::to_string(status)}}).Increment();
  families_->seconds.Add({{"route", name}}, seconds_buckets()).Observe(seconds);
}
void Metrics::lines(uint64_t count) {
  families_->lines.Increment(static_cast<double>(count));
}
void Metrics::refused(std::string_view why) {
  families_->refused.Add({{"full", std::string(why)}}).Increment();
}
void Metrics::connections(size_t open) {
  families_->connections.Set(static_cast<double>(open));
}
void Metrics::stream_clients(size_t open) {
  families_->stream_clients.Set(static_cast<double>(open));
}
void Metrics::workers(size_t working, size_t waiting) {
  families_->working.Set(static_cast<double>(working));
  families_->waiting.Set(static_cast<double>(waiting));
}
void Metrics::stream_dropped(uint64_t total) {
  families_->stream_dropped.Increment(static_cast<double>(total) - families_->stream_dropped.Value());
}

std::string Metrics::text(Node& node) {
  for (const ShardStatus& status : node.shards()) {
    const prometheus::Labels shard{{"shard", std::to_string(status.shard)}};
    const uint64_t size = status.chain.head.next_seq;
    families_->records.Add(shard).Set(static_cast<double>(size));
    if (node.has(Role::kSealer)) {
      families_->sealer_ready.Add(shard).Set(status.sealer.ready ? 1 : 0);
      families_->sealer_waiting.Add(shard).Set(static_cast<double>(status.sealer.waiting));
    }
    if (status.projector) families_->projector_lag.Add(shard).Set(static_cast<double>(status.projector->lag(size)));
    if (status.shard == 0) families_->round.Set(static_cast<double>(status.chain.round));
  }
  families_->ready.Set(node.not_ready().empty() ? 1 : 0);
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace custody
