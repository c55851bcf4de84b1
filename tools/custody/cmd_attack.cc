// custody attack: a copy of an embedded ledger's log with one planted fault, for drills.
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "ledger/base/crypto.h"
#include "ledger/log/lmdb_log.h"
#include "tools/attack/attack.h"
#include "tools/custody/command.h"

namespace custody {
namespace {

boost::json::object kind_json(const AttackKind& kind) {
  return {{"kind", std::string(kind.name)},
          {"does", std::string(kind.does)},
          {"rehashes", kind.rehashes},
          {"signs", kind.signs},
          {"several_shards", kind.shards},
          {"attested", kind.attested},
          {"found_by", std::string(found_by_text(kind.found_by))}};
}

std::string_view means(const AttackKind& kind) {
  if (kind.signs) return "makes all hashes anew and signs with the operator's key";
  return kind.rehashes ? "makes all hashes anew" : "writes to the log";
}

int list(const Invocation& call) {
  for (const AttackKind& kind : attack_kinds()) {
    if (call.json()) {
      std::cout << boost::json::serialize(kind_json(kind)) << "\n";
      continue;
    }
    std::printf("%-15s %s\n%-15s attacker %s; found by: %s\n", std::string(kind.name).c_str(),
                std::string(kind.does).c_str(), "", std::string(means(kind)).c_str(),
                std::string(found_by_text(kind.found_by)).c_str());
  }
  return 0;
}

std::unique_ptr<Log> open_read_only(const Home& home) {
  LmdbOptions options;
  options.read_only = true;
  try {
    return LmdbLog::open(home.path("log"), options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    throw Error(ErrorCode::kNotFound, "there is no embedded ledger in " + home.data);
  }
}

uint64_t seed_of(const Invocation& call) {
  const auto text = call.value("--seed");
  if (!text) return read_le(view_of(random_array<8>()), 0, 8);
  const auto seed = parse_u64(*text);
  if (!seed) throw Error(ErrorCode::kUsage, "a seed is a number from 0 on, not " + *text);
  return *seed;
}

void say(const Invocation& call, const AttackKind& kind, uint64_t seed, const Planted& planted,
         const std::string& out) {
  const bool kept = kind.found_by == FoundBy::kKept;
  if (call.json()) {
    boost::json::object said = kind_json(kind);
    said["seed"] = seed;
    said["at"] = to_text(planted.at);
    said["what"] = planted.what;
    said["out"] = out;
    std::cout << boost::json::serialize(said) << "\n";
    return;
  }
  std::cout << "planted   " << kind.name << " at " << to_text(planted.at) << ": " << planted.what << "\n"
            << "seed      " << seed << "\n"
            << "attacker  " << means(kind) << "\n"
            << "found by  " << found_by_text(kind.found_by) << ": custody verify --data " << out
            << (kept ? " --against CHECKPOINT, one saved before; without it nothing is found" : "") << "\n";
}

int run(const Invocation& call) {
  if (call.has("--list")) return list(call);
  for (const char* flag : {"--url", "--kafka"})
    if (call.has(flag)) throw Error(ErrorCode::kUsage, "attack reads the data folder of an embedded ledger: DATA OUT");
  const Home from{call.argument(0, "the data folder to copy, DATA"), call.home().keys};
  const std::string& out = call.argument(1, "the folder to make, OUT");
  if (call.arguments.size() > 2) throw Error(ErrorCode::kUsage, "one DATA and one OUT, not " + call.arguments[2]);
  const auto name = call.value("--kind");
  if (!name) throw Error(ErrorCode::kUsage, "which attack: --kind KIND; `custody attack --list` shows them");
  const AttackKind& kind = attack_kind(*name);
  const uint64_t seed = seed_of(call);
  if (std::filesystem::symlink_status(out).type() != std::filesystem::file_type::not_found)
    throw Error(ErrorCode::kConflict, out + " is there already, and is left as it is");
  LogCopy log = copy_of(*open_read_only(from));
  std::unique_ptr<SigningKey> key;
  if (kind.signs) key = signing_key(from, log.descriptor.ledger_id);
  const Planted planted = plant(log, kind, seed, key.get());
  write_log(log, Home{out, from.keys}.path("log"));
  say(call, kind, seed, planted, out);
  return 0;
}

}  // namespace

Command attack_command() {
  return {"attack",
          "DATA OUT",
          "a copy of a ledger with one planted fault, for drills",
          "DATA is the data folder of an embedded ledger and is only read; OUT is made, and must not be there. It has\n"
          "the log alone: give it, or the output of `custody log --raw --data OUT`, to those whose eyes are tested.\n"
          "The log is held in memory whole. Kinds that sign take the ledger's signing key from the --keys folder.\n"
          "docs/attacks.md tells what gives each kind away.\n",
          {{"--kind", "KIND", "which attack"},
           {"--seed", "N", "the same log, kind and seed give the same fault (default: a random one, printed)"},
           {"--list", "", "the kinds, what each does, and what finds it"}},
          run};
}

}  // namespace custody
