// Whom a CloudTrail call lets in from outside the account.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "producers/adapters/cloudtrail.h"

namespace custody::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> outside(const std::string& request) {
  return outside_principals(
      boost::json::parse(R"({"recipientAccountId":"111111111111","requestParameters":)" + request + "}").as_object());
}

std::string policy(const std::string& principal, const std::string& effect = "Allow") {
  return R"({"Statement":[{"Effect":")" + effect + R"(","Principal":)" + principal + "}]}";
}

TEST(OutsidePrincipals, OfPermissionLists) {
  EXPECT_THAT(outside(R"({"createVolumePermission":{"add":{"items":[{"userId":"222222222222"},{"group":"all"}]}}})"),
              ElementsAre("222222222222", "all"));
  EXPECT_THAT(outside(R"({"createVolumePermission":{"remove":{"items":[{"userId":"222222222222"}]}}})"), IsEmpty());
  EXPECT_THAT(outside(R"({"launchPermission":{"add":{"items":[{"userId":"111111111111"}]}}})"), IsEmpty());
  EXPECT_THAT(outside(R"({"valuesToAdd":["222222222222","111111111111","222222222222"]})"),
              ElementsAre("222222222222"));
}

TEST(OutsidePrincipals, OfPolicies) {
  EXPECT_THAT(outside(R"({"bucketPolicy":)" + policy(R"({"AWS":"arn:aws:iam::222222222222:root"})") + "}"),
              ElementsAre("222222222222"));
  EXPECT_THAT(outside(R"({"bucketPolicy":)" + policy(R"({"AWS":["111111111111","*"]})") + "}"), ElementsAre("all"));
  EXPECT_THAT(outside(R"({"bucketPolicy":)" + policy(R"({"Service":"ec2.amazonaws.com"})") + "}"), IsEmpty());
  EXPECT_THAT(outside(R"({"bucketPolicy":)" + policy("\"*\"", "Deny") + "}"), IsEmpty());
  EXPECT_THAT(outside(R"({"policyDocument":)" + boost::json::serialize(boost::json::string(policy("\"*\""))) + "}"),
              ElementsAre("all"));
  EXPECT_THAT(outside(R"({"policyDocument":)" +
                      boost::json::serialize(boost::json::string(policy(R"({"Federated":"accounts.example"})"))) + "}"),
              ElementsAre("accounts.example"));
}

TEST(OutsidePrincipals, OfGrantsAndAccessLists) {
  EXPECT_THAT(outside(R"({"granteePrincipal":"arn:aws:iam::222222222222:role/x"})"), ElementsAre("222222222222"));
  EXPECT_THAT(outside(R"({"principal":"*"})"), ElementsAre("all"));
  EXPECT_THAT(outside(R"({"x-amz-acl":["public-read"]})"), ElementsAre("all"));
  EXPECT_THAT(outside(R"({"x-amz-acl":["private"]})"), IsEmpty());
  EXPECT_THAT(outside(R"({"AccessControlPolicy":{"Owner":{"ID":"me"},"AccessControlList":{"Grant":[)"
                      R"({"Grantee":{"ID":"me"}},{"Grantee":{"ID":"other"}},)"
                      R"({"Grantee":{"URI":"http://acs.amazonaws.com/groups/global/AllUsers"}}]}}})"),
              ElementsAre("other", "all"));
}

TEST(OutsidePrincipals, OfAnythingElseAreNone) {
  for (const char* request : {"null", "[]", "1", R"({"policyDocument":"not json"})", R"({"policyDocument":7})",
                              R"({"bucketPolicy":[[]]})", R"({"launchPermission":{"add":{"items":3}}})",
                              R"({"bucketPolicy":{"Statement":{"Effect":"Allow","Principal":{"AWS":[1,null,{}]}}}})"})
    EXPECT_THAT(outside(request), IsEmpty()) << request;
}

}  // namespace
}  // namespace custody::test
