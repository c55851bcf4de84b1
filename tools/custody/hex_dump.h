// The bytes of a record, field by field.
#pragma once

#include <string>
#include <string_view>

namespace custody {

// A line a field: offset, name, bytes in hexadecimal, and the reading of it. Error kRefused when the bytes are no
// record.
std::string hex_dump(std::string_view record);

}  // namespace custody
