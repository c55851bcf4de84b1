// The text of examples/cloudtrail/mapping.toml, taken in when the program is built.
#pragma once

#include <string_view>

namespace custody {

extern const std::string_view kBuiltinCloudTrailMapping;

}  // namespace custody
