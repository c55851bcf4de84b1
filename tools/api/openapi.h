// The OpenAPI 3.1 document of the service (tools/api/openapi.json, taken in when the program is built).
#pragma once

#include <string_view>

namespace custody {

extern const std::string_view kOpenApi;

}  // namespace custody
