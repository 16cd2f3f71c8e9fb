// SPDX-License-Identifier: MIT
#include "database.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace example {
namespace {

[[noreturn]] void fail(sqlite3* database) {
    throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(database));
}

struct finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using statement = std::unique_ptr<sqlite3_stmt, finalizer>;

statement prepare(const connection& database, const char* sql) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database.get(), sql, -1, &made, nullptr) != SQLITE_OK) fail(database.get());
    return statement(made);
}

}  // namespace

void connection::closer::operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }

connection::connection(const std::filesystem::path& file, bool writes) {
    sqlite3* made = nullptr;
    const int flags = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int result = sqlite3_open_v2(file.string().c_str(), &made, flags, nullptr);
    handle_.reset(made);
    if (result != SQLITE_OK) fail(made);
    sqlite3_busy_timeout(made, 10000);
}

void connection::run(const std::string& sql) {
    if (sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(get());
}

store::store(const std::filesystem::path& file) : database_(file, true) {
    database_.run("PRAGMA journal_mode=WAL");  // readers do not wait for the writer
    database_.run("CREATE TABLE reading (sensor TEXT NOT NULL, value INTEGER NOT NULL)");
}

std::int64_t store::insert(const std::vector<reading>& readings) {
    database_.run("BEGIN");
    try {
        const auto insert = prepare(database_, "INSERT INTO reading VALUES (?, ?)");
        for (const auto& one : readings) {
            sqlite3_bind_text(insert.get(), 1, one.sensor.c_str(), -1, SQLITE_STATIC);
            sqlite3_bind_int64(insert.get(), 2, one.value);
            if (sqlite3_step(insert.get()) != SQLITE_DONE) fail(database_.get());
            sqlite3_reset(insert.get());
        }
        database_.run("COMMIT");
    } catch (...) {
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
        throw;
    }
    return rows_ += static_cast<std::int64_t>(readings.size());
}

summary read_all(const connection& database) {
    const auto query = prepare(database, "SELECT COUNT(*), COALESCE(SUM(value), 0) FROM reading");
    if (sqlite3_step(query.get()) != SQLITE_ROW) fail(database.get());
    return {sqlite3_column_int64(query.get(), 0), sqlite3_column_int64(query.get(), 1)};
}

}  // namespace example
