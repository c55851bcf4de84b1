#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/api/parameters.h"

namespace custody {
namespace {

template <class Answer>
ApiResponse answered(const Answer& answer) {
  return {200, "application/json", to_json_text(answer) + "\n", {}};
}

struct ProjectionsAnswer {
  ProjectorProgress views;
  std::optional<RebuildProgress> rebuild;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("views", views), field("rebuild", rebuild));
  }
};

struct RebuildAnswer {
  RebuildReport report;
  std::vector<AttestedAnswer> stated;       // of the new views, in the ledger
  std::optional<std::string> not_attested;  // why not

  template <class Archive>
  void serialize(Archive& ar) {
    report.serialize(ar);
    ar(field("stated", stated), field("not_attested", not_attested));
  }
};

struct AttestAnswer {
  std::vector<AttestedAnswer> views;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("views", views));
  }
};

constexpr std::chrono::seconds kAttestPatience{30};

// The new views stand whether or not the ledger can be told so now.
RebuildAnswer attested(Attester& attester, RebuildReport report) {
  RebuildAnswer answer{std::move(report), {}, std::nullopt};
  if (!answer.report.swapped || answer.report.position.round == 0) return answer;
  try {
    answer.stated = attester.attest(kAttestPatience);
  } catch (const Error& error) {
    answer.not_attested = error.what();
  }
  return answer;
}

Page page_of(const ApiRequest& request) {
  return {parameter(request, "from").value_or(""), number_parameter(request, "limit", 100, 1, 10'000)};
}

}  // namespace

// The timeline; ?view=fields for the versions of each field; ?newest=1 for the last `limit` events.
ApiResponse Api::get_customer(const ApiRequest& request, const std::vector<std::string>& parts) {
  const SubjectId subject = subject_of(parts[0]);
  const Views& views = node_.projector().views();
  const Moment moment = moment_parameter(request);
  if (parameter(request, "view") == "fields") return answered(views.fields(subject, moment));
  if (parameter(request, "newest") == "1")
    return answered(views.timeline_tail(subject, number_parameter(request, "limit", 100, 1, 10'000), moment));
  return answered(views.timeline(subject, moment, page_of(request)));
}

ApiResponse Api::get_activity(const ApiRequest& request, const std::vector<std::string>&) {
  const auto by = parse_activity_by(parameter(request, "by").value_or(""));
  const auto name = parameter(request, "name");
  if (!by || !name)
    throw Error(ErrorCode::kUsage, "activity takes by=actor|step|source|dataset|operation and name=...");
  std::string key = *name;
  if (by == ActivityBy::kOperation) key = operation_of(*name).view();
  const Views& views = node_.projector().views();
  const Moment moment = moment_parameter(request);
  ActivityAnswer answer = parameter(request, "newest") == "1"
                              ? views.activity_newest(*by, key, moment, page_of(request))
                              : views.activity(*by, key, moment, page_of(request));
  answer.name = *name;  // as it was asked for, also of an operation
  return answered(answer);
}

ApiResponse Api::get_registry(const ApiRequest& request, const std::vector<std::string>& parts) {
  const Views& views = node_.projector().views();
  const Moment moment = moment_parameter(request);
  const auto id = parameter(request, "id");
  if (!id) return answered(views.registry(parts[0], moment, page_of(request)));
  const auto entry = views.registry_entry(parts[0], *id, moment);
  if (!entry) throw Error(ErrorCode::kNotFound, "the registry has no " + parts[0] + " " + *id);
  return answered(*entry);
}

ApiResponse Api::get_digests(const ApiRequest& request, const std::vector<std::string>&) {
  return answered(node_.projector().views().digests(moment_parameter(request)));
}

// Calls it off when the service stops: the views in use are as good as before.
RebuildReport Api::rebuild_views(bool all_attested) {
  const auto note = [this](const std::optional<RebuildProgress>& progress) {
    const std::lock_guard lock(rebuild_mutex_);
    rebuild_ = progress;
  };
  try {
    const auto told = [&](const RebuildProgress& progress) {
      if (node_.stopping()) throw Error(ErrorCode::kUnavailable, "the service is stopping: the views stay as they are");
      note(progress);
    };
    RebuildReport report = node_.projector().rebuild(told, all_attested);
    note(std::nullopt);
    return report;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kConflict) note(std::nullopt);  // else it is another one's
    throw;
  }
}

// How far the views are, and a rebuild where one is under way.
ApiResponse Api::get_projections(const ApiRequest&, const std::vector<std::string>&) {
  ProjectionsAnswer answer{node_.projector().progress(), std::nullopt};
  {
    const std::lock_guard lock(rebuild_mutex_);
    answer.rebuild = rebuild_;
  }
  return answered(answer);
}

// /v1/projections/rebuild folds the log anew beside the live views and changes over when the digests are equal
// (?attested=all compares with all that was ever attested); /v1/projections/attest states the digests of the views in
// the ledger; /v1/projections/wait returns when the views have reached what is sealed now.
ApiResponse Api::post_projections(const ApiRequest& request, const std::vector<std::string>& parts) {
  if (parts[0] == "rebuild")
    return answered(attested(node_.attester(), rebuild_views(parameter(request, "attested") == "all")));
  if (parts[0] == "attest") return answered(AttestAnswer{node_.attester().attest(kAttestPatience)});
  if (parts[0] != "wait") throw Error(ErrorCode::kNotFound, "projections can be told to rebuild, attest or wait");
  std::vector<uint64_t> sizes;
  for (const Tail* tail : node_.tails()) sizes.push_back(tail->size());
  const uint64_t seconds = number_parameter(request, "seconds", 30, 0, 600);
  if (!node_.projector().wait_until(sizes, std::chrono::seconds(seconds)))
    throw Error(ErrorCode::kUnavailable, "the views have not reached the end of the log yet");
  return answered(node_.projector().progress());
}

}  // namespace custody
