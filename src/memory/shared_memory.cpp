// SPDX-License-Identifier: MIT
#include <brood/shared_memory.hpp>

#include "platform/platform.hpp"
#include "process/memory_watcher.hpp"
#include "process/this_process.hpp"

#include <brood/serialization.hpp>

#include <atomic>
#include <random>
#include <stdexcept>

namespace brood {

struct shared_memory::mapping {
    platform::mapped_memory memory;
};

namespace {

void check_name(const std::string& name) {
    if (name.empty()) throw std::invalid_argument("shared memory needs a name to be attached by");
    if (name.find('\0') != std::string::npos || name.find('/') != std::string::npos)
        throw std::invalid_argument("the name of shared memory cannot hold a zero character or a slash: '" + name +
                                    "'");
}

std::string generated_name() {
    constexpr char digits[] = "0123456789abcdef";
    std::random_device random;
    std::string name = platform::memory_name_prefix();
    for (std::uint32_t bits = random(), i = 0; i < 8; ++i, bits >>= 4) name += digits[bits & 15];
    return name;
}

[[noreturn]] void throw_failure(const char* what, const std::string& name, const std::system_error& cause) {
    throw error(std::string("cannot ") + what + " shared memory '" + name + "': " + cause.what(), cause.code());
}

platform::mapped_memory make(const std::string& name, std::size_t size) {
    return platform::create_named_memory(name, size, detail::this_process::get().session());
}

// Makes memory of a name that nobody has, and tells the name.
platform::mapped_memory make_unnamed(std::string& name, std::size_t size) {
    for (;;) {
        name = generated_name();
        try {
            return make(name, size);
        } catch (const std::system_error& taken) {
            if (taken.code() != std::errc::file_exists) throw;
        }
    }
}

}  // namespace

shared_memory shared_memory::create(std::size_t size, const std::string& name) {
    if (size == 0) throw std::invalid_argument("shared memory of no bytes cannot be made");
    if (!name.empty()) check_name(name);
    detail::end_dead_sessions_once();
    detail::watch_this_session();
    shared_memory made;
    made.name_ = name;
    try {
        made.mapping_.reset(new mapping{name.empty() ? make_unnamed(made.name_, size) : make(name, size)});
    } catch (const std::system_error& cause) {
        throw_failure("create", made.name_, cause);
    }
    made.unlinked_ = std::make_shared<bool>(false);
    return made;
}

shared_memory shared_memory::attach(const std::string& name) {
    check_name(name);
    detail::end_dead_sessions_once();
    shared_memory found;
    found.name_ = name;
    try {
        found.mapping_.reset(new mapping{platform::open_named_memory(name)});
    } catch (const std::system_error& cause) {
        throw_failure("attach", name, cause);
    }
    found.unlinked_ = std::make_shared<bool>(false);
    return found;
}

std::span<std::byte> shared_memory::data() const {
    if (!mapping_) throw std::logic_error("this shared memory is closed, or was never created or attached");
    return mapping_->memory.bytes();
}

void shared_memory::unlink() {
    if (!unlinked_) throw std::logic_error("this shared memory was never created or attached");
    const std::atomic_ref unlinked(*unlinked_);
    try {
        if (unlinked.exchange(true))
            throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory),
                                    "it was unlinked before");
        platform::unlink_named_memory(name_, detail::this_process::get().session());
    } catch (const std::system_error& cause) {
        unlinked = cause.code() == std::errc::no_such_file_or_directory;
        throw_failure("unlink", name_, cause);
    }
}

void shared_memory::save(output_archive& archive) const {
    detail::save_value(archive, is_open());
    if (is_open()) detail::save_value(archive, name_);
}

void shared_memory::load(input_archive& archive) {
    *this = detail::load_value<bool>(archive) ? attach(detail::load_value<std::string>(archive)) : shared_memory();
}

}  // namespace brood
