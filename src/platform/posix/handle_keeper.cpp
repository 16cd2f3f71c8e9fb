// SPDX-License-Identifier: MIT
// POSIX: the keeper reads requests from a datagram socket whose other end all processes of the session inherit. Each
// request is one message, so a process that is killed sends all of it or nothing; with it comes the end of a socket
// for the answer. Requests are served in the order in which they were sent, whoever sent them.
#include "platform/handle_keeper.hpp"
#include "platform/posix/rights.hpp"
#include "platform/session_memory.hpp"

#include <chrono>
#include <future>
#include <poll.h>
#include <thread>
#include <unordered_map>

namespace brood::platform {
namespace {

enum class wish : std::uint64_t { keep, fetch, drop };
struct asking {
    wish what;
    std::uint64_t name;
};

std::span<const std::byte> bytes_of(const asking& r) noexcept { return std::as_bytes(std::span(&r, 1)); }

// ---- the keeper ---------------------------------------------------------------------------------------------------

// Used by its thread alone.
class kept_handles {
public:
    void serve(const asking& asked, std::vector<unique_handle> with, int receiving_failed) {
        if (asked.what == wish::drop) {
            known_.erase(asked.name);
            return;
        }
        if (with.empty()) return;  // who asked finds its socket closed
        const unique_handle answer_to = std::move(with.front());
        int result = receiving_failed;
        handle_t found = no_handle();
        if (asked.what == wish::keep && result == 0)
            result = keep(asked.name, with);
        else if (result == 0)
            result = find(asked.name, found);
        posix::rights_message message(std::as_bytes(std::span(&result, 1)),
                                      std::span(&found, found == no_handle() ? std::size_t{0} : std::size_t{1}));
        [[maybe_unused]] const auto n = ::sendmsg(answer_to.get(), &message.head(), posix::send_flags);
    }

private:
    int keep(std::uint64_t name, std::vector<unique_handle>& with) {
        if (with.size() != 2) return EINVAL;
        known_.insert_or_assign(name, posix::own(std::move(with.back())));
        return 0;
    }
    // The message makes a second handle of it.
    int find(std::uint64_t name, handle_t& found) const {
        const auto one = known_.find(name);
        if (one == known_.end()) return ENOENT;
        found = one->second.get();
        return 0;
    }

    std::unordered_map<std::uint64_t, unique_handle> known_;
};

// One request; whatever fails concerns who asked alone. A forked child has nothing of a request that is half served.
void serve_one(handle_t from, kept_handles& kept) {
    pollfd ready{from, POLLIN, 0};
    posix::retry([&] { return ::poll(&ready, 1, -1); });
    const fork_exclusion while_served;
    asking asked{};
    posix::rights_message message(std::as_writable_bytes(std::span(&asked, 1)));
    constexpr int flags = MSG_DONTWAIT | posix::rights_message::receive_flags;
    const auto n = posix::retry([&] { return ::recvmsg(from, &message.head(), flags); });
    if (n == -1) return;
    std::vector<unique_handle> with;
    int failed = 0;
    try {
        message.collect(with);
    } catch (const std::system_error& e) {
        failed = e.code().value();
    }
    if (n == sizeof asked) kept.serve(asked, std::move(with), failed);
}

// The keeper's own end, and the one that all others have.
std::pair<unique_handle, unique_handle> make_way() {
    const fork_exclusion until_marked;
    auto [ours, way] = posix::make_socket_pair(SOCK_DGRAM);
    return {posix::own(std::move(ours)), std::move(way)};
}

void keep_serving(handle_t from) {
    for (kept_handles kept;;) {
        try {
            serve_one(from, kept);
        } catch (const std::exception&) {
            // who asked finds its socket closed
        }
    }
}

// ---- all others ---------------------------------------------------------------------------------------------------

// Some systems refuse instead of waiting while the keeper has many requests before it.
bool send_request(handle_t way, msghdr& message) {
    for (;;) {
        if (posix::retry([&] { return ::sendmsg(way, &message, posix::send_flags & ~MSG_DONTWAIT); }) != -1)
            return true;
        if (errno != ENOBUFS && !posix::would_block()) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

[[noreturn]] void throw_lost() {
    throw std::system_error(std::make_error_code(std::errc::owner_dead), "the process that keeps handles for others");
}

// Sends a request and gives what came back beside the answer.
std::vector<unique_handle> ask(const handle_keeper& keeper, const asking& wanted, handle_t with) {
    if (keeper.way == no_handle()) throw_lost();
    auto [ours, theirs] = make_channel();
    const handle_t both[] = {theirs.get(), with};
    posix::rights_message message(bytes_of(wanted),
                                  std::span(both).first(with == no_handle() ? std::size_t{1} : std::size_t{2}));
    if (!send_request(keeper.way, message.head())) {
        if (errno == ECONNREFUSED || posix::peer_gone()) throw_lost();
        posix::throw_errno("having a handle kept");
    }
    theirs.reset();
    int result = 0;
    posix::rights_message answer(std::as_writable_bytes(std::span(&result, 1)));
    const auto n =
        posix::retry([&] { return ::recvmsg(ours.get(), &answer.head(), posix::rights_message::receive_flags); });
    std::vector<unique_handle> got;
    if (n > 0) answer.collect(got);
    if (n != sizeof result) {
        if (is_gone(keeper.process)) throw_lost();
        result = EMFILE;  // not even the socket for the answer reached the keeper
    }
    if (result != 0) posix::throw_error(result, "the process that keeps handles for others");
    return got;
}

}  // namespace

unique_handle start_keeping_handles() {
    auto [ours, way] = make_way();
    const handle_t from = ours.release();  // its thread uses it to the end of the process
    std::promise<void> started;
    try {
        std::thread([from, &started] {
            const helper_thread mark;
            started.set_value();
            keep_serving(from);
        }).detach();
    } catch (...) {
        close_handle(from);
        throw;
    }
    started.get_future().wait();  // it must count as brood's own before anybody counts threads
    return std::move(way);
}

void keep_handle(const handle_keeper& keeper, kept_handle& what, handle_t handle) {
    ask(keeper, {wish::keep, what.name}, handle);
}

unique_handle fetch_handle(const handle_keeper& keeper, const kept_handle& what) {
    auto got = ask(keeper, {wish::fetch, what.name}, no_handle());
    if (got.size() != 1) throw std::system_error(std::make_error_code(std::errc::bad_file_descriptor), "a kept handle");
    return std::move(got.front());
}

void drop_handle(const handle_keeper& keeper, const kept_handle& what) noexcept {
    const asking wanted{wish::drop, what.name};
    posix::rights_message message(bytes_of(wanted), {});
    if (keeper.way != no_handle()) send_request(keeper.way, message.head());
}

}  // namespace brood::platform
