// SPDX-License-Identifier: MIT
// The record of the names that a session made: a folder beside the memory, with one symbolic link for each name. See
// docs/design/012.
//
//   brood-<user>-<pid namespace>-<root>-<born>/
//     <key> -> name     a memory object; the key tells it from a later one of the same name
//     +...              an object that is being made and has no name yet
//     watch             locked (flock) by who watches the session
//
// The folder itself is locked, shared, by each process that made a name, and by the watcher. Whoever gets the exclusive
// lock while the root is gone knows that the session has ended. The system drops the locks of whoever dies.
#pragma once

#include "platform/posix/fd.hpp"

#include <string>
#include <vector>

namespace brood::platform::posix {

// ---- written once per system ----

// The folder that holds the sessions' folders.
std::string sessions_parent();
// Tells the process numbers of one container from those of another.
std::uint64_t pid_namespace() noexcept;
// The key of the entry of the object that has the name now, in the session `here`; empty when there is none.
std::string key_of(const std::string& name, const session& here);
// The entry's object still has its name.
bool is_named(handle_t folder, const std::string& key, const std::string& name) noexcept;
// Removes the name if it is still the entry's object's.
void remove_named(handle_t folder, const std::string& key, const std::string& name) noexcept;

// ---- shared ----

std::string session_path(const session& owner);

// This process's membership in a session: the folder is there and locked while it lasts. Made when first asked for;
// borrowed.
handle_t join_session(const session& owner);

// Enters a name. It may replace the entry of an object that is gone.
void enter_name(handle_t folder, const std::string& key, const std::string& name);
void forget_name(handle_t folder, const std::string& key) noexcept;
// The keys in the folder; empty when it cannot be read.
std::vector<std::string> list(handle_t folder);
// The name that an entry holds; empty when there is no such entry.
std::string name_of(handle_t folder, const std::string& key);

// Maps all of an object, for reading and writing.
mapped_memory map_shared(handle_t memory, std::size_t size);
// The name as shm_open wants it.
inline std::string object_name(const std::string& name) { return "/" + name; }
// Now and then: forgets names that others have removed, so that the folder does not grow without end.
void purge_names(handle_t folder) noexcept;

}  // namespace brood::platform::posix
