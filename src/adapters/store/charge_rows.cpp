#include "adapters/store/charge_rows.hpp"

#include "adapters/store/charge_statements.hpp"
#include "adapters/store/columns.hpp"

namespace pscheduler::adapters::store {
namespace {

Charge read(Row& from) {
  Charge charge;
  charge.account = from.text();
  charge.run = RunId(from.uuid());
  charge.start = from.instant();
  charge.time = from.duration();
  charge.bytes = from.integer();
  charge.added = from.instant();
  charge.forgotten = from.instant();
  return charge;
}

void execute_for(SQLite::Statement& statement, RunId run) {
  const Rearm rearm(statement);
  Parameters(statement).uuid(run.uuid());
  statement.exec();
}

}  // namespace

ChargeWriter::ChargeWriter(SQLite::Database& database)
    : insert_(database, kInsertCharge),
      forget_(database, kForgetCharges),
      keep_(database, kKeepCharges),
      drop_(database, kDropCharges) {}

void ChargeWriter::add(const Charge& charge) {
  {
    const Rearm rearm(forget_);
    Parameters(forget_).instant(charge.added);
    forget_.exec();
  }
  const Rearm rearm(insert_);
  Parameters to(insert_);
  to.text(charge.account).uuid(charge.run.uuid()).instant(charge.start).duration(charge.time);
  to.integer(charge.bytes).instant(charge.added).instant(charge.forgotten);
  insert_.exec();
}

void ChargeWriter::run_has_begun(RunId run) {
  execute_for(keep_, run);
}

void ChargeWriter::run_is_over(RunId run) {
  execute_for(drop_, run);
}

ChargeQueries::ChargeQueries(SQLite::Database& database) : of_account_(database, kChargesOfAccount) {}

std::vector<Charge> ChargeQueries::of_account(const std::string& account, Instant after, Instant before,
                                              int count_max) {
  const Rearm rearm(of_account_);
  Parameters(of_account_).text(account).instant(after).instant(before).integer(std::int64_t{count_max});
  return read_all(of_account_, read);
}

}  // namespace pscheduler::adapters::store
