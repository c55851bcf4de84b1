#include "tools/bench/made_events.h"

#include "ledger/event/body.h"

namespace custody {
namespace {

constexpr int64_t kFirstUs = 1'760'000'000'000'000;
constexpr size_t kEventBytes = 300;
constexpr std::string_view kSource = "urn:example:bench";

std::string padded(uint64_t number, size_t digits) {
  std::string text = std::to_string(number);
  return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

std::string id_of(uint64_t run, uint64_t n) {
  return "run-" + padded(run, 3) + "-" + padded(n, 9);
}

Instant time_of(uint64_t n) {
  return {kFirstUs + static_cast<int64_t>(n) * 1000, 0};
}

std::string envelope(std::string_view type, const std::string& id, uint64_t n, const std::string& more) {
  return "{\"specversion\":\"1.0\",\"type\":\"" + std::string(type) + "\",\"source\":\"" + std::string(kSource) +
         "\",\"id\":\"" + id + "\",\"time\":\"" + to_rfc3339(time_of(n)) + "\"" + more;
}

}  // namespace

std::string made_json(uint64_t run, uint64_t n) {
  std::string event = envelope("data.accessed", id_of(run, n), n,
                               ",\"actor\":\"person:clerk-" + padded(n % 1000, 4) +
                                   "\",\"step\":\"step:desk\",\"data\":{\"mode\":\"query\",\"dataset\":\"dataset:crm\","
                                   "\"fields\":[\"name\",\"phone\"],\"rows\":1}}");
  // White space that any JSON may have brings it to its size.
  if (event.size() < kEventBytes) event.insert(1, kEventBytes - event.size(), ' ');
  return event;
}

MadeEvent made_event(uint64_t run, uint64_t n) {
  MadeEvent event;
  event.body.mode = "query";
  event.body.fields = {FieldName("name"), FieldName("phone")};
  event.body.dataset = "dataset:crm";
  event.body.rows = 1;
  event.source_id = id_of(run, n);
  event.actor = "person:clerk-" + padded(n % 1000, 4);
  event.time = time_of(n);
  return event;
}

namespace {

struct Parts {
  std::string stamp;
  std::string statement;
};

Parts parts_of(const MadeEvent& event, const SubjectId& subject, int64_t now_us) {
  const std::string body = encode_body(event.body);
  Statement statement;
  statement.type = DataAccessed::kType;
  statement.id = make_event_id(kSource, event.source_id, event.time.us);
  statement.source = kSource;
  statement.source_id = event.source_id;
  statement.time = event.time;
  statement.actor = event.actor;
  statement.step = "step:desk";
  statement.body = body;
  Stamp stamp;
  stamp.received_at_us = now_us;
  stamp.gateway = "bench";
  stamp.principal = "anyone";
  stamp.subject = subject;
  return {to_canonical(stamp), to_canonical(statement)};
}

}  // namespace

std::string intake_entry_of(const MadeEvent& event, const SubjectId& subject, int64_t now_us) {
  const Parts parts = parts_of(event, subject, now_us);
  return encode_intake(parts.stamp, parts.statement, {});
}

std::string stamped(const MadeEvent& event, const SubjectId& subject, int64_t now_us) {
  const Parts parts = parts_of(event, subject, now_us);
  return parts.stamp + parts.statement;
}

std::string made_archive_json(uint64_t customer) {
  return envelope("archive.opened", "archive-" + padded(customer, 8), customer,
                  ",\"subject\":\"C-" + padded(customer, 7) +
                      "\",\"actor\":\"person:clerk-0001\",\"step\":\"step:desk\","
                      "\"data\":{\"opener\":\"person:clerk-0001\"}}");
}

std::string made_values_json(uint64_t run, uint64_t n, uint64_t customer) {
  return envelope("data.collected", id_of(run, n), n,
                  ",\"subject\":\"C-" + padded(customer, 7) +
                      "\",\"actor\":\"person:clerk-0001\",\"step\":\"step:desk\",\"data\":{\"channel\":\"desk\","
                      "\"basis\":\"contract\",\"values\":{\"name\":\"Bramble Snickleby\",\"phone\":\"+1-202-555-0" +
                      padded(n % 1000, 3) + "\",\"email\":\"b.snickleby@example.org\",\"address\":\"47 Specimen " +
                      "Street\"}}}");
}

}  // namespace custody
