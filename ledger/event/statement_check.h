// What is wrong with a statement whose bytes a client made: the rules that read_event (validate.h) applies to JSON, on
// the bytes' side. Whatever passes could have been made from JSON.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ledger/event/record.h"
#include "ledger/event/values.h"

namespace custody {

// All faults at once, with pointers below /statement. `subject`: the customer's number, empty = none. `fields`: what
// the client says it has committed to, ascending by name; whether it has is the commitment's to say.
std::vector<Fault> faults_of_statement(const Statement& statement, std::string_view subject,
                                       std::span<const SaltedField> fields);

}  // namespace custody
