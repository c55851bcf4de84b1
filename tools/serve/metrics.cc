#include "tools/serve/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "tools/node/node.h"
#include "tools/vouch/witnessing.h"

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
  Family<Gauge>& witness_size =
      gauges("custody_witness_records", "Records of shard 0 that the witness has cosigned last.");
  Family<Gauge>& witness_time =
      gauges("custody_witness_time_seconds", "When it did, by its own clock, since 1970; 0 = not in this run.");
  Family<Counter>& witness_cosigned = counters("custody_witness_cosigned_total", "Cosignatures that hold, by witness.");
  Family<Counter>& witness_failures =
      counters("custody_witness_failures_total", "Submissions that were not cosigned, by witness and what happened.");
  Family<Gauge>& witnessed_size =
      gauges("custody_witnessed_records", "Records of shard 0 under the newest checkpoint that has its quorum.");
  Family<Gauge>& witness_lacking =
      gauges("custody_unwitnessed_seconds", "For how long something signed lacks its quorum; 0 = nothing does.");
  Family<Gauge>& stamp_time =
      gauges("custody_time_stamp_seconds", "By when the last time stamp was made, since 1970; 0 = none in this run.");
  Family<Counter>& stamp_failures =
      counters("custody_time_stamp_failures_total", "Time stamps that were not had, by what happened.");
  Family<Gauge>& build = gauges("custody_build_info", "1, with the version.");

  // Names of witnesses are the operator's, out of the policy file.
  void witnessing(const WitnessingStatus& status, const Policy& policy) {
    witnessed_size.Add({}).Set(status.newest ? static_cast<double>(status.newest->size) : 0);
    witness_lacking.Add({}).Set(std::chrono::duration<double>(status.lacking).count());
    for (size_t i = 0; i < status.witnesses.size(); ++i) {
      const WitnessState& state = status.witnesses[i];
      const std::string& name = policy.witnesses[i].name;
      witness_size.Add({{"witness", name}}).Set(static_cast<double>(state.size));
      witness_time.Add({{"witness", name}}).Set(static_cast<double>(state.time_s));
      set(witness_cosigned.Add({{"witness", name}}), state.cosigned);
      for (size_t kind = 0; kind < kOutsideFailures; ++kind)
        set(witness_failures.Add(
                {{"witness", name}, {"kind", std::string(failure_name(static_cast<OutsideFailure>(kind)))}}),
            state.failures[kind]);
    }
  }
  void stamping(const StampingState& state) {
    stamp_time.Add({}).Set(static_cast<double>(state.latest_us) / 1e6);
    for (size_t kind = 0; kind < kOutsideFailures; ++kind)
      set(stamp_failures.Add({{"kind", std::string(failure_name(static_cast<OutsideFailure>(kind)))}}),
          state.failures[kind]);
  }
  static void set(Counter& counter, uint64_t total) { counter.Increment(static_cast<double>(total) - counter.Value()); }
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
  if (const auto witnessing = node.witnessing()) {
    if (const auto& policy = node.config().witnesses.policy) families_->witnessing(*witnessing, *policy);
    if (witnessing->stamping) families_->stamping(*witnessing->stamping);
  }
  families_->ready.Set(node.not_ready().empty() ? 1 : 0);
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace custody
