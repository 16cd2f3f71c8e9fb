// SPDX-License-Identifier: MIT
// The path to where an error happened, and what both archives remember while they work.
#include <brood/detail/archive.hpp>
#include <brood/detail/fields.hpp>
#include <brood/detail/type_name.hpp>

#include <exception>
#include <string_view>
#include <system_error>

namespace brood::detail {

namespace {

// The library's inline namespaces are no help to a reader.
std::string readable_type_name(const char* raw) {
    std::string name(trim_type_name(raw));
    for (const std::string_view noise : {"__cxx11::", "__1::", "__debug::"})
        for (auto at = name.find(noise); at != name.npos; at = name.find(noise, at)) name.erase(at, noise.size());
    return name;
}

constexpr std::size_t steps_shown = 8;  // of a long path: the first half and the last half of them

std::string describe(const std::exception& error) { return error.what(); }

std::error_code code_of(const std::exception& failure) {
    if (const auto* const ours = dynamic_cast<const error*>(&failure)) return ours->code();
    const auto* const of_system = dynamic_cast<const std::system_error*>(&failure);
    return of_system != nullptr ? of_system->code() : std::error_code();
}

}  // namespace

void fail(const std::string& reason) { throw serialization_error(reason); }
void fail_short(std::uint64_t wanted, std::uint64_t left) {
    fail("the message ends early: " + std::to_string(wanted) + " bytes wanted, " + std::to_string(left) + " left");
}
void fail_count(std::uint64_t count, std::uint64_t left) {
    fail("the message claims " + std::to_string(count) + " elements, but only " + std::to_string(left) +
         " bytes are left");
}

void archive_core::too_deep() { fail("nested deeper than " + std::to_string(most_nested) + " objects"); }

std::string archive_core::path() const {
    std::vector<const frame*> steps;
    for (const frame* step = innermost_; step != nullptr; step = step->outer_) steps.push_back(step);
    std::string text;
    for (std::size_t i = steps.size(); i-- > 0;) {
        if (steps.size() > steps_shown && i >= steps_shown / 2 && i < steps.size() - steps_shown / 2) {
            if (i == steps_shown / 2) text += "... > ";
            continue;
        }
        const frame& step = *steps[i];
        text += readable_type_name(step.raw_type_);
        if (step.label_ != nullptr)
            (text += "::") += step.label_;
        else if (step.raw_members_ != nullptr)
            (text += "::") += trim_field_name(step.raw_members_[step.member_]);
        if (i != 0) text += " > ";
    }
    return text;
}

void archive_core::keep_path() noexcept {
    if (path_kept_) return;  // an inner frame knew more
    path_kept_ = true;
    try {
        kept_path_ = path();
    } catch (...) {  // no memory: the message goes without
        kept_path_.clear();
    }
}

void archive_core::rethrow(const char* verb) {
    const std::string path = path_kept_ ? std::exchange(kept_path_, {}) : std::string();
    path_kept_ = false;
    try {
        throw;
    } catch (const bootstrap_error&) {
        throw;
    } catch (const serialization_error& error) {
        if (path.empty()) throw;
        const bool joined = !error.path().empty();
        serialization_error whole(error.reason(), joined ? path + " > " + error.path() : path, error.code());
        if (dynamic_cast<const std::nested_exception*>(&error) == nullptr) throw whole;
        std::throw_with_nested(std::move(whole));
    } catch (const std::exception& error) {
        std::throw_with_nested(
            serialization_error(std::string(verb) + " threw: " + describe(error), path, code_of(error)));
    } catch (...) {
        std::throw_with_nested(
            serialization_error(std::string(verb) + " threw something that is no std::exception", path));
    }
}

bool archive_core::first_visit(const void* base, const std::type_info& type) {
    for (const visited& seen : bases_)
        if (seen.base == base && *seen.type == type) return false;
    bases_.push_back({base, &type});
    return true;
}

void archive_core::serializeDeferments() {
    while (!deferred_.empty()) {
        std::vector<std::function<void()>> now;
        now.swap(deferred_);
        for (const auto& what : now) what();
    }
}

const archive_core::versioned* archive_core::find_version(const std::type_info& type) const noexcept {
    for (const versioned& known : versions_)
        if (*known.type == type) return &known;
    return nullptr;
}

}  // namespace brood::detail
