// SPDX-License-Identifier: MIT
// A value that ends its process, or throws, at a chosen point of its way to another process.
#pragma once

#include <brood/exit_status.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace brood_test {

enum class ending { none, exit, quick_exit, kill, abort, crash, throws };

void spring(ending how);
std::string name_of(ending how);
ending parse_end(const std::string& name);
// How a process ends by it.
brood::exit_status status_of(ending how);

struct sprung : std::runtime_error {
    sprung() : std::runtime_error("the trap was sprung") {}
};

// What happens at which point; `destroying` in children only.
struct trap_plan {
    ending copying = ending::none;
    ending saving = ending::none;
    ending loading = ending::none;
    ending calling = ending::none;
    ending destroying = ending::none;
};

// What was moved from does nothing any more.
class trap {
public:
    trap() = default;
    explicit trap(trap_plan plan) : plan_(plan) {}
    trap(const trap& other) : plan_(other.plan_) { spring(plan_.copying); }
    trap(trap&& other) noexcept : plan_(std::exchange(other.plan_, {})) {}
    trap& operator=(const trap&) = delete;
    trap& operator=(trap&&) = delete;
    ~trap();

    void operator()() const { spring(plan_.calling); }
    int answer() const {
        spring(plan_.calling);
        return 1;
    }

    template <class Archive>
    void save(Archive& archive) const {
        archive(plan_);
        spring(plan_.saving);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(plan_);
        spring(plan_.loading);
    }

private:
    trap_plan plan_;
};

}  // namespace brood_test
