// Evidence bundles. The question comes in the body, as what one asks about somebody is not for addresses and their
// logs.
#include <boost/json.hpp>

#include "ledger/codec/json.h"
#include "tools/api/api.h"
#include "tools/api/bundle_maker.h"

namespace custody {
namespace {

struct BundleRequest {
  std::string by, what;
  std::optional<std::string> from, to, reason, policy;
  std::optional<StringSet> disclose;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("by", by), field("what", what), field("from", from), field("to", to), field("disclose", disclose),
       field("reason", reason), field("policy", policy));
  }
};

BundleOrder order_of(const ApiRequest& request) {
  const boost::json::value document = parse_json(request.body);
  std::vector<Fault> faults;
  if (!document.is_object()) throw Error(ErrorCode::kUsage, "send {\"by\", \"what\"}");
  const auto asked = from_json<BundleRequest>(document.get_object(), "", faults);
  if (!faults.empty()) throw Error(ErrorCode::kUsage, faults[0].pointer + " " + faults[0].message);
  const auto question = parse_question(asked.by, asked.what);
  if (!question)
    throw Error(ErrorCode::kUsage,
                "a bundle is asked for by customer (a subject id), actor, operation (a UUID) or range (1:100-199, both "
                "included)");
  BundleOrder order{*question, asked.from.value_or(""),   asked.to.value_or(""),
                    {},        asked.reason.value_or(""), asked.policy.value_or("")};
  if (asked.disclose) order.disclose.insert(asked.disclose->items.begin(), asked.disclose->items.end());
  if (!order.disclose.empty() && order.reason.empty())
    throw Error(ErrorCode::kUsage, "values are disclosed for a reason, which is recorded: say \"reason\", a code");
  return order;
}

}  // namespace

ApiResponse Api::post_bundle(const ApiRequest& request, const std::vector<std::string>&) {
  MadeBundle made = make_bundle(node_, order_of(request), request.principal);
  return {200,
          "application/octet-stream",
          std::move(made.bytes),
          {{"Cache-Control", "no-store"}, {"Custody-Withheld", std::to_string(made.withheld)}}};
}

}  // namespace custody
