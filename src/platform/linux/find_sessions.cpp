// SPDX-License-Identifier: MIT
// Linux: a session's memory is found among the descriptors of its processes, in /proc.
#include "platform/posix/fd.hpp"
#include "platform/session_memory.hpp"

#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace brood::platform {
namespace {

using folder = std::unique_ptr<DIR, int (*)(DIR*)>;

folder open_folder(const std::string& path) { return {::opendir(path.c_str()), &::closedir}; }

std::string link_text(const std::string& path) {
    char text[4096];
    const auto size = ::readlink(path.c_str(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

bool is_own(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && about.st_uid == ::geteuid();
}

class search {
public:
    void look_at(const std::string& process) {
        const std::string descriptors = process + "/fd";
        const folder all = open_folder(descriptors);
        while (const dirent* one = all ? ::readdir(all.get()) : nullptr) {
            const std::string path = descriptors + "/" + one->d_name;
            if (link_text(path).starts_with("/memfd:brood")) take(path);
        }
    }
    std::vector<unique_handle> found() { return std::move(found_); }

private:
    void take(const std::string& path) {
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd == -1) return;
        unique_handle memory = posix::above_stdio(fd);
        struct stat about {};
        if (::fstat(memory.get(), &about) == 0 && known_.insert({about.st_dev, about.st_ino}).second)
            found_.push_back(std::move(memory));
    }

    std::set<std::pair<dev_t, ino_t>> known_;
    std::vector<unique_handle> found_;
};

}  // namespace

std::vector<unique_handle> find_session_memories() {
    search here;
    const folder processes = open_folder("/proc");
    while (const dirent* one = processes ? ::readdir(processes.get()) : nullptr) {
        const std::string path = std::string("/proc/") + one->d_name;
        if (one->d_name[0] >= '1' && one->d_name[0] <= '9' && is_own(path)) here.look_at(path);
    }
    return here.found();
}

bool read_session_memory(handle_t memory, std::uint64_t offset, void* into, std::size_t size) noexcept {
    auto* bytes = static_cast<char*>(into);
    while (size > 0) {
        const auto got = ::pread(memory, bytes, size, static_cast<off_t>(offset));
        if (got == -1 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        offset += static_cast<std::uint64_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::string program_of(process_id pid) { return link_text("/proc/" + std::to_string(pid) + "/exe"); }

}  // namespace brood::platform
