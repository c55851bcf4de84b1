#include "tests/unit/projections/world.h"

#include <gtest/gtest.h>

#include "ledger/event/bodies_ledger.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_registry.h"

namespace custody {

SubjectId subject_of(uint32_t number) {
  SubjectId id;
  const Digest hash = sha256("subject " + std::to_string(number));
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Told collected(uint32_t subject, std::vector<std::string> values, int64_t time_us) {
  DataCollected body;
  body.channel = "web";
  body.basis = "consent";
  body.values.items = std::move(values);
  return told(body, subject, time_us);
}

Told read_by(std::string actor, uint32_t subject, int64_t time_us) {
  DataAccessed body;
  body.mode = "read";
  body.fields = {"name"};
  Told event = told(body, subject, time_us);
  event.actor = std::move(actor);
  return event;
}

Told joined(std::string person) {
  PersonJoined body;
  body.person = std::move(person);
  return told(body);
}

Told owned(std::string step, std::string owner, std::optional<int64_t> effective_us, int64_t time_us) {
  StepOwnerAssigned body;
  body.step = std::move(step);
  body.owner = std::move(owner);
  if (effective_us) body.effective = Instant{*effective_us, 0};
  return told(body, std::nullopt, time_us);
}

Moment at_round(uint64_t round) {
  Moment moment;
  moment.round = round;
  return moment;
}

Moment at_time(int64_t time_us) {
  Moment moment;
  moment.time_us = time_us;
  return moment;
}

Moment at_frontier() {
  Moment moment;
  moment.frontier = true;
  return moment;
}

ProjectorOptions batches_of(size_t records) {
  ProjectorOptions options;
  options.batch_records = records;
  return options;
}

WorldLog embedded_log() {
  return {[](const std::string& folder, const Descriptor& descriptor) { return LmdbLog::create(folder, descriptor); },
          [](const std::string& folder) { return LmdbLog::open(folder); }};
}

World::World(uint32_t shards, WorldLog kind) : kind_(std::move(kind)), chains_(shards), all_(shards) {
  descriptor_.ledger_id.bytes = array_of<16>("ledger of a test");
  descriptor_.name = "test";
  descriptor_.origin = "localhost/test/0";
  descriptor_.created_at_us = kBegin;
  descriptor_.shards = shards;
  log_ = kind_.create(log_folder(), descriptor_);
  for (Chain& chain : chains_) chain.head = sha256(encode_descriptor(descriptor_));
}

std::string World::record_of(const Told& event, uint32_t shard, const std::string& source_id,
                             const std::function<void(Seal&)>& change) const {
  Statement statement;
  statement.type = event.type;
  statement.version = event.version;
  statement.id = make_event_id(event.source, source_id, event.time_us);
  statement.source = event.source;
  statement.source_id = source_id;
  statement.time = {event.time_us, 60};
  statement.actor = event.actor;
  statement.step = event.step;
  statement.body = event.body;
  Stamp stamp;
  stamp.received_at_us = event.time_us + 1;
  stamp.gateway = "gateway-1";
  stamp.principal = event.actor;
  stamp.method = static_cast<uint8_t>(Method::kOpen);
  if (event.subject) stamp.subject = subject_of(*event.subject);
  const Chain& chain = chains_[shard];
  Seal seal;
  seal.shard = shard;
  seal.seq = chain.next_seq;
  seal.sealed_at_us = kBegin + static_cast<int64_t>(chain.next_seq) * kSecond;
  seal.reg = chains_[0].next_seq;
  seal.intake = chain.next_seq;
  seal.prev = chain.head;
  if (change) change(seal);
  return encode_record(seal, to_canonical(stamp) + to_canonical(statement));
}

void World::append(uint32_t shard, std::string record) {
  Chain& chain = chains_[shard];
  chain.head = leaf_hash(record);
  ++chain.next_seq;
  all_[shard].push_back(record);
  chain.waiting.push_back(std::move(record));
}

Ref World::seal_with(const Told& event, const std::function<void(Seal&)>& change) {
  const SubjectId subject = event.subject ? subject_of(*event.subject) : SubjectId{};
  const uint32_t shard = shard_of(event.type, subject, event.source, descriptor_.shards);
  const std::string source_id = event.source_id.empty() ? "e" + std::to_string(count_) : event.source_id;
  ++count_;
  const Ref ref{shard, chains_[shard].next_seq};
  append(shard, record_of(event, shard, source_id, change));
  return ref;
}

Ref World::seal(const Told& event) {
  return seal_with(event, {});
}

void World::seal_bytes(uint32_t shard, const std::string& record) {
  append(shard, record);
}

std::string World::next_record(const Told& event) const {
  const SubjectId subject = event.subject ? subject_of(*event.subject) : SubjectId{};
  const uint32_t shard = shard_of(event.type, subject, event.source, descriptor_.shards);
  return record_of(event, shard, event.source_id.empty() ? "e" + std::to_string(count_) : event.source_id, {});
}

uint64_t World::round(int64_t closed_at_us) {
  LedgerRound body;
  body.round = ++rounds_;
  body.closed_at.us = closed_at_us;
  for (uint32_t shard = 1; shard < descriptor_.shards; ++shard)
    body.shards.push_back({shard, chains_[shard].next_seq, Digest{}});
  Told event = told(body, std::nullopt, closed_at_us);
  event.source = "custody:sealer";
  event.source_id = "ledger.round:" + std::to_string(rounds_);
  event.actor = "system:custody";
  event.step.clear();
  seal(event);
  flush();
  return rounds_;
}

void World::flush() {
  for (uint32_t shard = 0; shard < descriptor_.shards; ++shard) {
    if (chains_[shard].waiting.empty()) continue;
    std::vector<SealedWriter::Entry> entries;
    for (const std::string& record : chains_[shard].waiting) entries.push_back({record, {}});
    if (!chains_[shard].writer) chains_[shard].writer = log().open_writer(shard);
    chains_[shard].writer->append(entries);
    chains_[shard].waiting.clear();
  }
}

void World::close_log() {
  for (Chain& chain : chains_) chain.writer.reset();
  log_.reset();
}

Log& World::log() {
  if (!log_) log_ = kind_.open(log_folder());
  return *log_;
}

std::vector<uint64_t> World::sizes() const {
  std::vector<uint64_t> sizes;
  for (const Chain& chain : chains_) sizes.push_back(chain.next_seq);
  return sizes;
}

std::unique_ptr<Projector> World::projector(const ProjectorOptions& options) {
  return Projector::open(views_folder(), log(), options);
}

void fold_all(Projector& projector, const World& world) {
  projector.start();
  EXPECT_TRUE(projector.wait_until(world.sizes(), std::chrono::seconds(60)));
  projector.stop();
}

}  // namespace custody
