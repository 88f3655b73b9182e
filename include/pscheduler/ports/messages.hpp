#pragma once
// The catalogue of log messages: one line each, sorted by id, the constant named after it; a test reads this
// file to keep it so. Operators search for the id, so it never changes.

#include "pscheduler/ports/log.hpp"

namespace pscheduler::ports {

// clang-format off
inline constexpr Message kArchiverFailed{"ARCHIVER_FAILED", Level::warning, "An archiver ended, was late or broke the rules; its process was replaced"};
inline constexpr Message kArchivingBroken{"ARCHIVING_BROKEN", Level::error, "A result could not be archived because of a mistake in the program"};
inline constexpr Message kArchivingExpired{"ARCHIVING_EXPIRED", Level::warning, "A result was not archived within its time to live"};
inline constexpr Message kArchivingGivenUp{"ARCHIVING_GIVEN_UP", Level::warning, "A result was not archived and will not be tried again"};
inline constexpr Message kArchivingResumed{"ARCHIVING_RESUMED", Level::info, "A destination takes results again"};
inline constexpr Message kArchivingRetried{"ARCHIVING_RETRIED", Level::info, "Results that were given up are offered again"};
inline constexpr Message kArchivingStalled{"ARCHIVING_STALLED", Level::warning, "A destination has taken no result for a while, and results wait for it"};
inline constexpr Message kArchivingUnreadable{"ARCHIVING_UNREADABLE", Level::error, "What waits to be archived could not be read; it is tried again"};
inline constexpr Message kConfigurablesApplied{"CONFIGURABLES_APPLIED", Level::info, "The configurables are in force"};
inline constexpr Message kConfigurablesRefused{"CONFIGURABLES_REFUSED", Level::warning, "The file of configurables is not valid; the values before it stay in force"};
inline constexpr Message kDefaultArchivesUnreadable{"DEFAULT_ARCHIVES_UNREADABLE", Level::warning, "The directory of default archives cannot be read; what was in it stays in force"};
inline constexpr Message kDefaultArchiveApplied{"DEFAULT_ARCHIVE_APPLIED", Level::info, "A default archive is in force as its file says now"};
inline constexpr Message kDefaultArchiveGone{"DEFAULT_ARCHIVE_GONE", Level::info, "The file of a default archive is gone, and new results are not sent there any more"};
inline constexpr Message kDefaultArchiveRefused{"DEFAULT_ARCHIVE_REFUSED", Level::warning, "The file of a default archive is not valid; if it was, that version stays in force"};
inline constexpr Message kErrandBroken{"ERRAND_BROKEN", Level::error, "Something could not be removed at another participant because of a mistake in the program"};
inline constexpr Message kErrandGivenUp{"ERRAND_GIVEN_UP", Level::warning, "Something could not be removed at another participant in all the time it is worth trying"};
inline constexpr Message kErrandUnstored{"ERRAND_UNSTORED", Level::warning, "That something has been removed at another participant could not be stored; it will be removed again"};
inline constexpr Message kHousekeepingFailed{"HOUSEKEEPING_FAILED", Level::warning, "What is old could not be removed; it is tried again in a minute"};
inline constexpr Message kHousekeepingOrphans{"HOUSEKEEPING_ORPHANS", Level::warning, "The database has rows that belong to no task or run; they are removed"};
inline constexpr Message kHousekeepingRemoved{"HOUSEKEEPING_REMOVED", Level::debug, "Old runs and tasks have been removed"};
inline constexpr Message kHttpAcceptPaused{"HTTP_ACCEPT_PAUSED", Level::warning, "Out of file descriptors or memory: new connections wait until there is room again"};
inline constexpr Message kHttpAcceptResumed{"HTTP_ACCEPT_RESUMED", Level::info, "New connections are accepted again"};
inline constexpr Message kHttpAnswerBroken{"HTTP_ANSWER_BROKEN", Level::warning, "A long answer had to be broken off"};
inline constexpr Message kHttpHandlerFailed{"HTTP_HANDLER_FAILED", Level::error, "A request could not be answered because of a mistake in the program"};
inline constexpr Message kHttpListening{"HTTP_LISTENING", Level::info, "Waiting for requests"};
inline constexpr Message kHttpRequest{"HTTP_REQUEST", Level::debug, "Answered a request"};
inline constexpr Message kHttpStopIncomplete{"HTTP_STOP_INCOMPLETE", Level::warning, "Some requests did not end in time while stopping"};
inline constexpr Message kHttpTlsFailed{"HTTP_TLS_FAILED", Level::debug, "A client did not complete the TLS handshake"};
inline constexpr Message kHttpTooManyConnections{"HTTP_TOO_MANY_CONNECTIONS", Level::warning, "A connection was closed at once because there are too many; raise connections-max or connections-per-address-max if they are wanted"};
inline constexpr Message kLimitsApplied{"LIMITS_APPLIED", Level::info, "The limits are in force"};
inline constexpr Message kLimitsBroken{"LIMITS_BROKEN", Level::error, "A list for the limits could not be fetched because of a mistake in the program"};
inline constexpr Message kLimitsGone{"LIMITS_GONE", Level::warning, "There is no limits file any more: everybody may run everything"};
inline constexpr Message kLimitsRefused{"LIMITS_REFUSED", Level::error, "The limits file is not valid: everything is refused until it is mended"};
inline constexpr Message kPeerReachable{"PEER_REACHABLE", Level::info, "Another participant answers again"};
inline constexpr Message kPeerUnreachable{"PEER_UNREACHABLE", Level::warning, "Another participant does not answer; it is called less often until it does"};
inline constexpr Message kPlanningBroken{"PLANNING_BROKEN", Level::error, "A task could not be planned because of a mistake in the program"};
inline constexpr Message kPluginInventory{"PLUGIN_INVENTORY", Level::info, "The plug-ins have been listed"};
inline constexpr Message kPluginRecordDropped{"PLUGIN_RECORD_DROPPED", Level::warning, "A streamed result breaks the rules and was dropped"};
inline constexpr Message kPluginServeFailed{"PLUGIN_SERVE_FAILED", Level::warning, "The common process of the native plug-ins failed; its calls are answered by processes of their own"};
inline constexpr Message kPluginUnusable{"PLUGIN_UNUSABLE", Level::warning, "A plug-in cannot be used"};
inline constexpr Message kRunExecutionBroken{"RUN_EXECUTION_BROKEN", Level::error, "A run could not be executed because of a mistake in the program"};
inline constexpr Message kRunInterrupted{"RUN_INTERRUPTED", Level::warning, "A run was under way when the daemon ended; it has been marked as failed"};
inline constexpr Message kRunMissed{"RUN_MISSED", Level::warning, "A run was not started in time"};
inline constexpr Message kRunNotPlanned{"RUN_NOT_PLANNED", Level::warning, "A run could not be put on the schedule"};
inline constexpr Message kRunRecordsDropped{"RUN_RECORDS_DROPPED", Level::warning, "A tool streams results faster than they can be stored; the surplus is dropped"};
inline constexpr Message kRunStateRefused{"RUN_STATE_REFUSED", Level::error, "A change of a run's state could not be stored"};
inline constexpr Message kRunToolRestarted{"RUN_TOOL_RESTARTED", Level::warning, "A tool that streams results has ended early and is started again"};
inline constexpr Message kServerReady{"SERVER_READY", Level::info, "Ready to serve"};
inline constexpr Message kServerStopped{"SERVER_STOPPED", Level::info, "Ended"};
inline constexpr Message kServerStopping{"SERVER_STOPPING", Level::info, "Stopping: running tools may end, nothing new is started"};
inline constexpr Message kStoreFull{"STORE_FULL", Level::error, "The store has no room for a result; it is tried again until there is room"};
inline constexpr Message kTaskCreationBroken{"TASK_CREATION_BROKEN", Level::error, "A task could not be created at its participants because of a mistake in the program"};
inline constexpr Message kTaskNotCreated{"TASK_NOT_CREATED", Level::warning, "A task could not be created at all of its participants; it is removed from those that have it"};
// clang-format on

}  // namespace pscheduler::ports
