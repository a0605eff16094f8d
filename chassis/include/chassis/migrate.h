#pragma once

#include <string>

#include "chassis/db.h"
#include "chassis/files.h"

namespace chassis {

/// Applies the numbered files "migrations/0001_what.sql" that the database has not seen yet, in
/// order, each in one transaction, under an advisory lock: replicas that start together apply each
/// once. Applied files are recorded with their SHA-256 in chassis.migrations by `component`.
/// Throws std::runtime_error when a landed file changed or numbers have gaps. A database that is
/// ahead (a newer version runs beside this one) is fine.
/// Returns how many files were applied.
int migrate(Database& database, const std::string& component, const Files& files);

}  // namespace chassis
