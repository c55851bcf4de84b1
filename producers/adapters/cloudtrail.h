// What a CloudTrail record says only between its lines, for mappings to refer to.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace custody {

// The member "custody" of a record as the importer hands it to the mapping:
//   event    "ssm:GetParameter": the service without ".amazonaws.com", and eventName
//   failed   errorCode where the call failed, else absent
//   outside  who outside the account the request opens something to, each once, as the request names them: account
//            numbers, "all", or the principal itself where it is no account
boost::json::object cloudtrail_findings(const boost::json::object& record);

// `outside` alone. Looks at permission lists that are added to (snapshots, images, database snapshots), at policy
// documents (buckets, roles, keys, secrets, queues, functions), grants of keys and access control lists. Services of
// the provider are not outside.
std::vector<std::string> outside_principals(const boost::json::object& record);

}  // namespace custody
