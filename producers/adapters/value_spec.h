// Members of events from the fields of a record.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "producers/adapters/mapping.h"

namespace custody {

// nullopt: an optional placeholder had no value, the member is left out. RecordFault where the text is not what the
// kind asks for. A text that `as = "code"` had to shorten is handed out in `full`.
std::optional<boost::json::value> make_value(const ValueSpec& spec, const Scope& scope,
                                             std::optional<std::string>* full = nullptr);

}  // namespace custody
