// SPDX-License-Identifier: MIT
// Named memory: POSIX shared memory objects. A descriptor is needed only until the object is mapped.
#include "platform/posix/session_folder.hpp"

#include <climits>
#include <fcntl.h>
#include <limits>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brood::platform {

mapped_memory::~mapped_memory() {
    if (address_ != nullptr) ::munmap(address_, size_);
}

mapped_memory posix::map_shared(handle_t memory, std::size_t size) {
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (address == MAP_FAILED) throw_errno("mapping shared memory");
    return {static_cast<std::byte*>(address), size};
}

const char* memory_name_prefix() noexcept { return "psm_"; }

mapped_memory open_named_memory(const std::string& name) {
    if (name.size() > NAME_MAX) posix::throw_error(ENAMETOOLONG, "opening shared memory");  // shm_open says EINVAL
    const fork_exclusion until_marked;
    const int fd = posix::retry([&] { return ::shm_open(posix::object_name(name).c_str(), O_RDWR, 0); });
    if (fd == -1) posix::throw_errno("opening shared memory");
    const auto memory = posix::own(posix::above_stdio(fd));
    struct stat status {};
    if (::fstat(memory.get(), &status) == -1) posix::throw_errno("looking at shared memory");
    if (status.st_size == 0) posix::throw_error(EAGAIN, "shared memory that has no size yet");
    if (static_cast<std::uint64_t>(status.st_size) > std::numeric_limits<std::size_t>::max())
        posix::throw_error(EFBIG, "mapping shared memory");
    return posix::map_shared(memory.get(), static_cast<std::size_t>(status.st_size));
}

void unlink_named_memory(const std::string& name, const session& here) {
    const auto key = posix::key_of(name, here);
    if (::shm_unlink(posix::object_name(name).c_str()) == -1) posix::throw_errno("removing shared memory");
    // An entry that another session has stays there until that ends, and does no harm: it is of this object alone.
    if (!key.empty()) ::unlink((posix::session_path(here) + "/" + key).c_str());
}

}  // namespace brood::platform
