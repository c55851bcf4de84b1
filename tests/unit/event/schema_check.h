// As much of JSON Schema (draft 2020-12) as the catalogue's schemas use, written from the standard alone: it shares no
// code with the validation it is compared with.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace custody::test {

// Empty when `value` fits the schema, else what does not, with its place. A keyword it does not know is a failure too.
std::string schema_fault(const boost::json::value& value, const boost::json::value& schema);

}  // namespace custody::test
