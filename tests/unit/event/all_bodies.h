// Every body struct, for tests that hold of each.
#pragma once

#include <tuple>

#include "ledger/event/bodies_archive.h"
#include "ledger/event/bodies_audit.h"
#include "ledger/event/bodies_incident.h"
#include "ledger/event/bodies_ledger.h"
#include "ledger/event/bodies_motion.h"
#include "ledger/event/bodies_permission.h"
#include "ledger/event/bodies_policy.h"
#include "ledger/event/bodies_registry.h"
#include "ledger/event/bodies_storage.h"

namespace custody::test {

using MotionBodies = std::tuple<DataCollected, DataAccessed, DataShared, DataErased, DataReceived, DataReturned,
                                DataHandedOver, DatasetFilled, DatasetDropped, OperationClosed, SourceAttested>;
using RegistryBodies = std::tuple<StepRegistered, StepOwnerAssigned, StepClosed, DepartmentRegistered, PersonJoined,
                                  PersonAssigned, PersonLeft, SystemRegistered, DeviceRegistered, SourceRegistered,
                                  PartnerRegistered, AgreementSigned, AgreementEnded, TrainingCompleted, PolicyAdopted>;
using PermissionBodies = std::tuple<NoticeGiven, ConsentGiven, ConsentWithdrawn, AuthorisationGiven, RequestSubmitted,
                                    RequestApproved, RequestRejected, GrantFiled, GrantRevoked>;
using ArchiveBodies = std::tuple<ArchiveOpened, ArchiveTransferred, ArchiveKeeperAssigned, ArchiveGraded, ArchiveStaged,
                                 ContactMade, ContactReported, ContactExempted, ArchiveReviewed, EntryReviewed,
                                 LeadSubmitted, LeadJudged, LeadConverted>;
using StorageBodies = std::tuple<BackupMade, BackupVerified, HoldPlaced, HoldReleased, CleanupRun, ErasureRequested,
                                 ErasureApproved, ErasureRefused, ErasurePlanned, ErasureFinal>;
using IncidentBodies =
    std::tuple<IncidentOpened, IncidentIsolated, IncidentInvestigated, IncidentRecovered, IncidentReported,
               IncidentNotified, IncidentClosed, LeakSampled, LeakTraced, CanaryPlanted, CanarySeen, ShareChecked,
               OnwardReported, DisclosureMade, SanctionApplied, MarkGiven, MarkCleared>;
using AuditBodies = std::tuple<AuditOpened, AuditFound, AuditRecommended, AuditRectified, AuditClosed, FindingRaised,
                               FindingAcknowledged, FindingDismissed, ActConfirmed, EventDismissed>;
using LedgerBodies =
    std::tuple<LedgerCreated, LedgerRound, SealerStarted, EventConflicted, EventRefused, ClockStepped, KeyAdded,
               KeyRetired, ViewAttested, LedgerRead, ImportBegun, ImportEnded, LedgerSucceeded>;

}  // namespace custody::test
