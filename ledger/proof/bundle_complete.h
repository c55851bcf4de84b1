// Part 131 of a bundle: that its records are all there are (completeness.h), up to the round that the ledger attested.
#pragma once

#include "ledger/proof/bundle_judge.h"
#include "ledger/proof/completeness.h"

namespace custody {

// What a question is about; nullopt for a range of places.
std::optional<Subject> subject_asked(const BundleQuestion& question);

// Of a bundle whose records are proved: whether the rows of the attested view and the records of the file are the same.
// `verdict` holds everything but `complete`. Ends as judging.h says where they are not.
BundleVerdict::Complete judge_complete(std::string_view part, const BundleVerdict& verdict);

}  // namespace custody
