// What a call was ended with.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "ledger/base/error.h"

namespace custody {

struct CaughtError {
  ErrorCode code{};
  std::string text;
};

// Fails where the call ends without an Error.
inline CaughtError error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace custody
