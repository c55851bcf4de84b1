// The health page inside the binary.
#pragma once

#include <string>
#include <string_view>

namespace custody {

struct PageFile {
  std::string_view path;  // "/", "/app.js", "/app.css"
  std::string_view content_type;
  std::string_view bytes;
  std::string etag;  // quoted, of the content
};

// nullptr where the page has no such file.
const PageFile* page_file(std::string_view path);

}  // namespace custody
