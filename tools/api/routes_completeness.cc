#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/api/parameters.h"

namespace custody {
namespace {

constexpr size_t kMostRows = 100'000;

struct CompletenessAnswer {
  AttestedAnswer attested;
  std::vector<std::string> records;  // ascending
  std::string section;               // base64 (docs/formats/completeness.md)

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("attested", attested), field("records", records), field("section", section));
  }
};

Subject subject_parameter(const ApiRequest& request) {
  const auto customer = parameter(request, "customer");
  const auto actor = parameter(request, "actor");
  const auto operation = parameter(request, "operation");
  if ((customer ? 1 : 0) + (actor ? 1 : 0) + (operation ? 1 : 0) != 1)
    throw Error(ErrorCode::kUsage, "completeness is of a customer (its subject id), an actor or an operation");
  if (customer) return {About::kCustomer, std::string(subject_of(*customer).view())};
  if (operation) return {About::kOperation, std::string(operation_of(*operation).view())};
  return {About::kActor, *actor};
}

}  // namespace

// All records of a customer, an actor or an operation as the newest attested view has them, with the proof that these
// are all; none is an answer too.
ApiResponse Api::get_completeness(const ApiRequest& request, const std::vector<std::string>&) {
  const CompletenessProof proof = node_.attester().prove(subject_parameter(request), kMostRows);
  CompletenessAnswer answer{proof.attested, {}, to_base64(encode_completeness(proof.section))};
  for (const Ref& ref : proof.verdict.records) answer.records.push_back(to_text(ref));
  return {200, "application/json", to_json_text(answer) + "\n", {}};
}

}  // namespace custody
