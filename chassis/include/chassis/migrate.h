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
/// `runtime_role` is the role that will work in the database, when that is not the one that
/// `database` signs in as; a file reads it as current_setting('serai.runtime_role').
/// Returns how many files were applied.
int migrate(Database& database, const std::string& component, const Files& files,
            const std::string& runtime_role = {});

/// Lets the role read and write, but not change, the tables and sequences in the schemas public and
/// chassis, those of migrations to come included; the schemas that a service adds are its own
/// business. `owner` signs in as the role that owns the database. Again: nothing changes.
void grant_use(Database& owner, const std::string& runtime_role);

}  // namespace chassis
