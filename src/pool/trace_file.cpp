// SPDX-License-Identifier: MIT
#include "pool/trace_file.hpp"

#include "pool/trace_event.hpp"
#include "process/this_process.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <span>
#include <system_error>

namespace brood::pools {

namespace {

constexpr std::size_t most_buffered = 64 * 1024;
constexpr std::string_view end_of_array = "\n]\n", no_end = "   ", session_key = "\"session\":";

// The files of this process. A forked copy has none yet: the old ones belong to its parent, and so does what they hold.
struct open_files {
    const process_id pid = platform::current_process_id();
    const open_files* const before = nullptr;  // still known, so that leak checkers do not report it
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<trace_file>> by_path;
};

open_files& files() {
    static std::atomic<open_files*> current{nullptr};
    auto* known = current.load();
    while (known == nullptr || known->pid != platform::current_process_id()) {
        std::unique_ptr<open_files> made(new open_files{platform::current_process_id(), known, {}, {}});
        if (current.compare_exchange_strong(known, made.get())) return *made.release();
    }
    return *known;
}

std::string session_name() {
    const auto here = detail::this_process::get().session();
    return std::to_string(here.root) + "-" + std::to_string(here.born);
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// Of a regular file; what else there is cannot be gone back in, and opening it to read may wait for a writer.
platform::unique_handle open_again(const std::string& path, platform::file_mode mode) {
    std::error_code ignored;
    const std::filesystem::path place(std::u8string(path.begin(), path.end()));
    if (!std::filesystem::is_regular_file(place, ignored)) return {};
    try {
        return platform::open_file(path, mode);
    } catch (const std::system_error&) {
        return {};
    }
}

}  // namespace

std::shared_ptr<trace_file> trace_file::join(const std::string& path) {
    auto& all = files();
    const std::lock_guard guard(all.mutex);
    auto& known = all.by_path[path];
    try {
        if (!known) known = std::make_shared<trace_file>(path);
    } catch (...) {
        all.by_path.erase(path);
        throw;
    }
    ++known->pools_;
    return known;
}

trace_file::trace_file(std::string path) : path_(std::move(path)) { open(); }

trace_file::~trace_file() {
    if (!is_ours()) file_.release();
}

// ---- the array ----------------------------------------------------------------------------------------------------

void trace_file::open() {
    const bool same = goes_on();
    file_ = platform::open_file(path_, {.append = true, .create = true, .truncate = !same});
    const bool was_closed = same && open_array();
    closes_ = was_closed || !detail::this_process::get().is_child();
    begin(same);
}

// Whether a process of this session began it.
bool trace_file::goes_on() const {
    const auto file = open_again(path_, {.read = true});
    if (!file) return false;
    std::array<char, 256> start{};
    try {
        const auto size = platform::read_file(file.get(), std::as_writable_bytes(std::span(start)));
        const std::string_view text(start.data(), size);
        const auto at = text.find(session_key);
        return at != text.npos && text.substr(at + session_key.size()).starts_with("\"" + session_name() + "\"");
    } catch (const std::system_error&) {
        return false;
    }
}

// At once, so that others of the session find it.
void trace_file::begin(bool goes_on) {
    std::string text;
    if (!goes_on) {
        trace_event(text, "brood_session", 'M', pid_, 0, 0).with("session", session_name());
        text.front() = '[';
    }
    trace_event(text, "process_name", 'M', pid_, 0, 0).with("name", detail::this_process::get().name());
    write(text);
}

// Takes the end off again. False when there was none.
bool trace_file::open_array() {
    const auto file = open_again(path_, {.read = true, .write = true});
    if (!file) return false;
    try {
        const auto back = -static_cast<std::int64_t>(end_of_array.size());
        std::array<char, end_of_array.size()> last{};
        platform::seek_file(file.get(), back, platform::seek_from::end);
        platform::read_file(file.get(), std::as_writable_bytes(std::span(last)));
        if (std::string_view(last.data(), last.size()) != end_of_array) return false;
        platform::seek_file(file.get(), back, platform::seek_from::end);
        platform::write_file(file.get(), bytes_of(no_end));
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

// ---- writing ------------------------------------------------------------------------------------------------------

void trace_file::write(std::string_view text) noexcept {
    if (!file_ || text.empty()) return;
    try {
        platform::write_file(file_.get(), bytes_of(text));
    } catch (const std::exception& e) {
        file_.reset();
        std::fprintf(stderr, "brood: the trace '%s' ends here: %s\n", path_.c_str(), e.what());
    }
}

void trace_file::add(std::string_view events, std::int64_t now) noexcept {
    const std::lock_guard guard(mutex_);
    if (!file_) return;
    try {
        buffer_ += events;
    } catch (const std::bad_alloc&) {
        return;  // a trace without these
    }
    const bool late = written_at_ != 0 && now - written_at_ > interval;
    if (late || written_at_ == 0) written_at_ = now;
    if (late || buffer_.size() >= most_buffered) {
        write(buffer_);
        buffer_.clear();
    }
    holds_events_.store(!buffer_.empty(), std::memory_order_relaxed);
}

void trace_file::flush() noexcept {
    const std::lock_guard guard(mutex_);
    write(buffer_);
    buffer_.clear();
    holds_events_.store(false, std::memory_order_relaxed);
}

void trace_file::leave() noexcept {
    if (!is_ours()) return;
    auto& all = files();
    const std::lock_guard guard(all.mutex);
    if (--pools_ > 0) return;
    flush();
    const std::lock_guard writing(mutex_);
    if (closes_) write(end_of_array);
    file_.reset();
    all.by_path.erase(path_);
}

}  // namespace brood::pools
