// The CRM export of the examples: every line becomes valid events, and the followed customer has its story.
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <set>

#include "tests/unit/adapters/import_of.h"

namespace custody::test {
namespace {

Imported import_crm() {
  ImportRequest request;
  request.paths = {source_path("examples/crm")};
  request.mapping = source_path("examples/crm/mapping.toml");
  return import_all(request);
}

const Imported& crm() {
  static const Imported imported = import_crm();
  return imported;
}

std::string text_at(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? "" : std::string(value->as_string());
}

TEST(CrmExport, BecomesValidEventsWithoutALineLeftOver) {
  EXPECT_EQ(crm().ended_by, "");
  EXPECT_THAT(crm().refused, testing::IsEmpty());
  EXPECT_THAT(crm().summary.left_out, testing::IsEmpty());
  EXPECT_EQ(crm().summary.files, 9U);
  EXPECT_EQ(crm().records(), crm().summary.seen);
  std::set<std::string> ids;
  for (const ImportedEvent& event : crm().events) {
    ASSERT_EQ(faults_of(event), "") << event.json;
    EXPECT_TRUE(ids.insert(text_at(boost::json::parse(event.json).as_object(), "id")).second) << event.json;
  }
  EXPECT_GT(ids.size(), 1900U);
}

TEST(CrmExport, GivesTheSameBytesAgain) {
  const Imported again = import_crm();
  ASSERT_EQ(again.events.size(), crm().events.size());
  for (size_t i = 0; i < again.events.size(); ++i) ASSERT_EQ(again.events[i].json, crm().events[i].json);
}

TEST(CrmExport, OpensEachArchiveOnceAndBeforeAllElse) {
  std::set<std::string> opened;
  for (size_t i = 0; i < crm().events.size(); ++i) {
    const auto event = crm().event(i);
    const std::string subject = text_at(event, "subject");
    if (text_at(event, "type") == "archive.opened")
      EXPECT_TRUE(opened.insert(subject).second) << subject;
    else if (!subject.empty())
      EXPECT_TRUE(opened.contains(subject)) << crm().events[i].json;
  }
  EXPECT_EQ(opened.size(), 200U);
}

TEST(CrmExport, TellsTheStoryOfC10017) {
  std::set<std::string> types, phones, readers, modes;
  size_t events = 0;
  for (size_t i = 0; i < crm().events.size(); ++i) {
    const auto event = crm().event(i);
    if (text_at(event, "subject") != "C-10017") continue;
    ++events;
    types.insert(text_at(event, "type"));
    const auto& data = event.at("data").as_object();
    if (text_at(event, "type") == "data.accessed") {
      readers.insert(text_at(event, "actor"));
      modes.insert(text_at(data, "mode"));
    }
    if (const auto* values = data.if_contains("values"))
      if (const std::string phone = text_at(values->as_object(), "phone"); !phone.empty()) phones.insert(phone);
  }
  EXPECT_EQ(events, 22U);
  EXPECT_THAT(types, testing::IsSupersetOf({"archive.opened", "data.collected", "data.accessed", "data.shared",
                                            "data.returned", "data.erased", "consent.withdrawn"}));
  EXPECT_EQ(phones.size(), 3U);
  EXPECT_GE(readers.size(), 4U);
  EXPECT_THAT(modes, testing::IsSupersetOf({"read", "query", "print", "export"}));
}

// Ids, codes and labels are kept as they come; a customer's number in one of them could never be erased.
TEST(CrmExport, NamesNoCustomerInWhatStaysReadable) {
  for (size_t i = 0; i < crm().events.size(); ++i) {
    auto event = crm().event(i);
    const std::string digits = text_at(event, "subject").empty() ? "C-1" : text_at(event, "subject").substr(2);
    event.erase("subject");
    for (const char* name : {"values", "notes", "customers"}) event.at("data").as_object().erase(name);
    EXPECT_THAT(boost::json::serialize(event), testing::Not(testing::HasSubstr(digits)));
  }
}

TEST(CrmExport, HoldsOnlyReservedNumbersAndAddresses) {
  for (size_t i = 0; i < crm().events.size(); ++i) {
    const auto event = crm().event(i);
    const auto* values = event.at("data").as_object().if_contains("values");
    if (values == nullptr) continue;
    for (const char* name : {"phone", "fax"})
      if (const std::string number = text_at(values->as_object(), name); !number.empty())
        EXPECT_THAT(number, testing::MatchesRegex("\\+1-[0-9]{3}-555-01[0-9]{2}"));
    if (const std::string email = text_at(values->as_object(), "email"); !email.empty())
      EXPECT_THAT(email, testing::MatchesRegex("[a-z.]+@example\\.(com|org|net)"));
  }
}

}  // namespace
}  // namespace custody::test
