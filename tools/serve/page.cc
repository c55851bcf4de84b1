#include "tools/serve/page.h"

#include <array>

#include "ledger/base/hash.h"

// Made by page_bytes.S.in.
extern "C" {
extern const char custody_page_index_html[];
extern const char custody_page_index_html_end[];
extern const char custody_page_app_js[];
extern const char custody_page_app_js_end[];
extern const char custody_page_app_css[];
extern const char custody_page_app_css_end[];
}

namespace custody {
namespace {

PageFile make(std::string_view path, std::string_view type, const char* begin, const char* end) {
  const std::string_view bytes(begin, static_cast<size_t>(end - begin));
  return {path, type, bytes, "\"" + to_hex(view_of(sha256(bytes))).substr(0, 32) + "\""};
}

}  // namespace

const PageFile* page_file(std::string_view path) {
  static const std::array<PageFile, 3> files{
      make("/", "text/html; charset=utf-8", custody_page_index_html, custody_page_index_html_end),
      make("/app.js", "text/javascript; charset=utf-8", custody_page_app_js, custody_page_app_js_end),
      make("/app.css", "text/css; charset=utf-8", custody_page_app_css, custody_page_app_css_end)};
  for (const PageFile& file : files)
    if (file.path == path) return &file;
  return nullptr;
}

}  // namespace custody
