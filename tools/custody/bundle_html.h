// A checked bundle as a page to print: for people who have no command line. Self-contained, without scripts.
#pragma once

#include <string>
#include <vector>

#include "tools/custody/bundle_report.h"

namespace custody {

// How it was checked, as the page says it.
struct Checking {
  std::string file;  // its name
  Digest sha256{};   // of its bytes
  uint64_t bytes = 0;
  std::string program;            // "custody 0.1.0"
  int64_t time_us = 0;            // by the clock of the machine
  std::vector<std::string> keys;  // that were trusted
  bool under_policy = false;
};

std::string bundle_html(const BundleVerdict& verdict, const BundleReport& report, const Checking& checking);

}  // namespace custody
