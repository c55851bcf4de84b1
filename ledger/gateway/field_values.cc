#include "ledger/codec/jcs.h"
#include "ledger/gateway/gateway_work.h"

namespace custody {
namespace {

std::string subject_list(const boost::json::array& numbers, std::string_view name, const FindCustomer& find,
                         std::vector<Fault>& faults) {
  std::string out;
  append_le(out, numbers.size(), 4);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto& number = numbers[i].get_string();
    const auto subject = find({number.data(), number.size()});
    if (subject)
      out += subject->view();
    else
      faults.push_back({"/data/" + std::string(name) + "/" + std::to_string(i), "is no customer with an archive"});
  }
  return out;
}

}  // namespace

std::vector<FieldValue> field_values(const ParsedEvent& event, const FindCustomer& find, std::deque<std::string>& kept,
                                     std::vector<Fault>& faults) {
  std::vector<FieldValue> fields;
  fields.reserve(event.values.size());
  for (const EventValue& value : event.values) {
    FieldValue field{value.name, value.type, {}};
    if (value.type == ValueType::kText) {
      const auto& text = value.json->get_string();
      field.value = {text.data(), text.size()};
    } else if (value.customers) {
      field.value = kept.emplace_back(subject_list(value.json->get_array(), value.name, find, faults));
    } else {
      field.value = kept.emplace_back(to_jcs(*value.json));
    }
    fields.push_back(field);
  }
  if (const auto fault = fault_of_fields(fields)) faults.push_back({"/data/values", *fault});
  return fields;
}

}  // namespace custody
