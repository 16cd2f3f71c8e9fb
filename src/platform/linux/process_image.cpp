// SPDX-License-Identifier: MIT
// Linux: a picture of this process from /proc/self, in the format of docs/design/020.
#include "platform/process_image.hpp"

#include "platform/posix/fd.hpp"
#include "platform/posix/helper_threads.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace brood::platform {
namespace {

constexpr std::uint64_t most_memory = std::uint64_t{128} << 20;  // of what no module holds

struct mapping {
    std::string line;  // of /proc/self/maps
    std::uint64_t begin = 0, end = 0;
    bool kept = false;  // writable and private
    bool of_file = false;
};

struct range {
    std::uint64_t begin = 0, end = 0;
};

mapping parse(const std::string& line) {
    mapping one;
    one.line = line;
    const char* const last = line.data() + line.size();
    const auto first = std::from_chars(line.data(), last, one.begin, 16);
    if (first.ptr == last) return {};
    const auto second = std::from_chars(first.ptr + 1, last, one.end, 16);
    const std::string_view rest(second.ptr, static_cast<std::size_t>(last - second.ptr));
    one.of_file = rest.find('/') != rest.npos;
    one.kept = rest.starts_with(" rw-p") && rest.find("[stack") == rest.npos && rest.find("[v") == rest.npos;
    return one;
}

std::vector<mapping> mappings() {
    std::vector<mapping> all;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) all.push_back(parse(line));
    return all;
}

// A larger mapping is address space that was set aside, not data.
constexpr std::uint64_t largest_mapping = std::uint64_t{64} << 30;

// The pages of a mapping that hold something, as few ranges as there can be.
void append_present(const unique_handle& pages, const mapping& one, std::uint64_t page_size, std::vector<range>& into) {
    constexpr std::uint64_t present = std::uint64_t{3} << 62;  // in memory, or swapped out
    if (one.end - one.begin > largest_mapping) return;
    std::vector<std::uint64_t> entries((one.end - one.begin) / page_size);
    const auto wanted = static_cast<ssize_t>(entries.size() * sizeof(std::uint64_t));
    const auto at = static_cast<off_t>(one.begin / page_size * sizeof(std::uint64_t));
    if (::pread(pages.get(), entries.data(), static_cast<std::size_t>(wanted), at) != wanted)
        std::fill(entries.begin(), entries.end(), present);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if ((entries[i] & present) == 0) continue;
        const std::uint64_t begin = one.begin + i * page_size;
        if (!into.empty() && into.back().end == begin)
            into.back().end += page_size;
        else
            into.push_back({begin, begin + page_size});
    }
}

// What is written of the memory; `left_out` counts bytes beyond the bound.
std::vector<range> memory_to_write(const std::vector<mapping>& all, std::uint64_t& left_out) {
    const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const unique_handle pages(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    std::vector<range> wanted;
    std::uint64_t written = 0;
    for (const mapping& one : all) {
        if (!one.kept) continue;
        std::vector<range> present;
        if (one.of_file)
            present.push_back({one.begin, one.end});
        else
            append_present(pages, one, page_size, present);
        for (const range& part : present) {
            if (written > most_memory) {
                left_out += part.end - part.begin;
                continue;
            }
            written += part.end - part.begin;
            wanted.push_back(part);
        }
    }
    return wanted;
}

std::string hexadecimal(std::uint64_t value) {
    char text[17];
    return {text, std::to_chars(text, text + sizeof text, value, 16).ptr};
}

std::string hexadecimal(const std::string& bytes) {
    std::string text;
    for (const char one : bytes) {
        constexpr const char* digits = "0123456789abcdef";
        text += digits[static_cast<unsigned char>(one) >> 4];
        text += digits[static_cast<unsigned char>(one) & 15];
    }
    return text.empty() ? "-" : text;
}

// A name may hold a line feed: it ends there.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', '?');
    return text;
}

// Open descriptors but brood's own and the one that lists them.
void describe_descriptors(std::string& into) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failed)) {
        const int number = std::atoi(entry.path().filename().c_str());
        const auto target = std::filesystem::read_symlink(entry.path(), failed).string();
        if (failed || posix::is_owned(number) || target.find("memfd:brood") != target.npos || target.ends_with("/fd"))
            continue;
        const int flags = ::fcntl(number, F_GETFD);
        into += "descriptor " + std::to_string(number) + " " + ((flags & FD_CLOEXEC) != 0 ? "private" : "inheritable") +
                " " + one_line(target) + "\n";
    }
}

void describe_threads(std::string& into) {
    into += "threads " + std::to_string(thread_count()) + "\n";
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", failed)) {
        std::ifstream file(entry.path() / "comm");
        std::string name;
        std::getline(file, name);
        into += "thread " + entry.path().filename().string() + " " + name + "\n";
    }
}

// Locks on files: a forked child shares those of flock(), a spawned one has none of them.
void describe_file_locks(std::string& into) {
    std::ifstream locks("/proc/locks");
    const std::string mine = " " + std::to_string(::getpid()) + " ";
    for (std::string line; std::getline(locks, line);)
        if (line.find(mine) != line.npos) into += "filelock " + line + "\n";
}

void describe_modules(std::string& into) {
    for (const module& one : loaded_modules())
        into += "module " + hexadecimal(one.base) + " " + hexadecimal(one.build_id) + " " +
                (one.program ? "program " : "library ") + one_line(one.path) + "\n";
}

void write_all(const unique_handle& file, const void* bytes, std::size_t size) {
    const char* from = static_cast<const char*>(bytes);
    while (size > 0) {
        const auto n = posix::retry([&] { return ::write(file.get(), from, size); });
        if (n <= 0) posix::throw_errno("writing the picture of a process");
        from += n;
        size -= static_cast<std::size_t>(n);
    }
}

// A part that went away since it was listed stays a hole.
void write_memory(const unique_handle& file, const range& part) {
    std::uint64_t done = 0;
    while (part.begin + done < part.end) {
        const auto n = posix::retry([&] {
            return ::write(file.get(), reinterpret_cast<const void*>(part.begin + done), part.end - part.begin - done);
        });
        if (n <= 0) break;
        done += static_cast<std::uint64_t>(n);
    }
    if (part.begin + done < part.end) ::lseek(file.get(), static_cast<off_t>(part.end - part.begin - done), SEEK_CUR);
}

}  // namespace

void write_process_image(const std::string& path, const std::string& head) {
    std::string text = head;
    describe_descriptors(text);
    describe_threads(text);
    describe_file_locks(text);
    describe_modules(text);
    unique_handle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) posix::throw_errno("making the picture of a process");
    file = posix::above_stdio(file.release());
    const auto all = mappings();
    std::uint64_t left_out = 0;
    const auto memory = memory_to_write(all, left_out);
    for (const mapping& one : all) text += "map " + one.line + "\n";
    for (const range& part : memory)
        text += "memory " + hexadecimal(part.begin) + " " + hexadecimal(part.end - part.begin) + "\n";
    text += "omitted " + std::to_string(left_out) + "\nbytes\n";
    write_all(file, text.data(), text.size());
    for (const range& part : memory) write_memory(file, part);
}

}  // namespace brood::platform
