// What the views are as a whole, at a round: their digests, and what the ledger attests of them.
#pragma once

#include <string>
#include <vector>

#include "projections/query/answers.h"

namespace custody {

// RFC 6962 root over a view's rows before a position (docs/views.md).
struct ViewDigest {
  std::string view;
  uint64_t rows = 0;
  Digest root{};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("view", view), field("rows", rows), field("root", root));
  }
};

struct DigestsAnswer {
  Position position;
  std::vector<ViewDigest> views;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("position", position), field("views", views));
  }
};

// What a view.attested record says of a view at a round.
struct AttestedAnswer {
  std::string ref;
  EventId id;
  std::string view;
  std::string rules;
  uint64_t round = 0;
  uint64_t rows = 0;
  Digest root{};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(field("ref", ref), field("id", id), field("view", view), field("rules", rules), field("round", round),
       field("rows", rows), field("root", root));
  }
};

}  // namespace custody
