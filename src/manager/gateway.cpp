// SPDX-License-Identifier: MIT
#include "manager/gateway.hpp"

#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "manager/distant.hpp"
#include "manager/registered_names.hpp"

#include "platform/platform.hpp"
#include "platform/start_helper.hpp"

#include <brood/error.hpp>
#include <brood/process.hpp>
#include <brood/proxy.hpp>

#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

namespace brood::managing {
namespace {

constexpr unsigned most_threads = 64;  // of one client: so many of its calls run at once

template <class T>
std::span<const std::byte> bytes_of(const T& value) noexcept {
    return std::as_bytes(std::span(&value, 1));
}

// How long a thread keeps its turn while it waits for a call's end: passing it on wakes another thread, which costs
// more than most calls.
constexpr std::chrono::microseconds turn_is_kept{50};

// One client. Its threads take turns: one receives, and gives its turn on before it waits long for the call's end, or
// while more requests are there. So calls begin in the order in which they came.
class client : public std::enable_shared_from_this<client> {
public:
    client(std::shared_ptr<gateway> by, byte_connection connection)
        : by_(std::move(by)), connection_(std::move(connection)) {}
    // False when the other side is another program.
    bool greet();
    void serve();

private:
    bool serve_one(std::unique_lock<std::mutex>& turn);
    bool has_more() const noexcept;
    bool ends_soon(detail::remote_call& call) const;
    std::unique_ptr<detail::remote_call> begin(const request_head& head, std::span<const std::byte> rest);
    void finish(const request_head& head, std::span<const std::byte> rest, detail::remote_call* call);
    std::uint64_t keep(detail::shared_object object);
    detail::shared_object object(std::uint64_t id);
    void answer(std::uint64_t ticket, answer_kind kind, std::span<const std::byte> bytes);
    void answer_exception(std::uint64_t ticket, const std::exception_ptr& failure);
    void ensure_receiver();

    const std::shared_ptr<gateway> by_;
    byte_connection connection_;
    std::mutex receiving_, sending_, lock_;
    bool is_foreign_ = false;  // of another build
    std::atomic<unsigned> threads_{1}, waiting_{0};
    std::unordered_map<std::uint64_t, detail::shared_object> objects_;
    std::uint64_t last_ = 0;
};

bool client::greet() {
    connection_.send_bytes(make_greeting());
    const auto theirs = connection_.recv_bytes_for(std::chrono::seconds(10), longest_greeting);
    if (!theirs) return false;
    is_foreign_ = !check_greeting(*theirs).empty();
    return true;
}

void client::serve() {
    std::unique_lock turn(receiving_, std::defer_lock);
    try {
        while (serve_one(turn)) {
        }
    } catch (const std::exception&) {
        connection_.close();  // the client is gone, or sends what is no request
    }
    --threads_;
}

void client::ensure_receiver() {
    if (waiting_.load() > 0 || threads_.load() >= most_threads) return;
    ++threads_;
    try {
        platform::start_helper([self = shared_from_this()] { self->serve(); });
    } catch (const std::system_error&) {
        --threads_;
    }
}

// In a request of another build: puts what the numbers of registered names stand for here in their place.
void find_registered(request_head& head) {
    const bool makes = head.kind == request_kind::create;
    if (makes || head.kind == request_kind::call) {
        const auto entry = entry_with(head.entry);
        const auto name = entry == nullptr ? std::nullopt : std::optional<detail::entry_name>(entry);
        if (!name || !name->elsewhere().empty())
            throw serialization_error("the program of the manager, another build, does not register this by name");
        head.entry = name->offset();
    }
    if (makes || head.kind == request_kind::find) head.object = type_with(head.object);
}

// Also when the connection is closed: whoever receives next finds out.
bool client::has_more() const noexcept {
    try {
        return connection_.poll();
    } catch (const std::exception&) {
        return true;
    }
}

bool client::ends_soon(detail::remote_call& call) const {
    return !has_more() && call.wait_until(std::chrono::steady_clock::now() + turn_is_kept);
}

bool client::serve_one(std::unique_lock<std::mutex>& turn) {
    if (!turn.owns_lock()) {
        ++waiting_;
        turn.lock();
        --waiting_;
    }
    const auto message = connection_.recv_bytes();
    if (message.size() < sizeof(request_head)) return false;
    request_head head;
    std::memcpy(&head, message.data(), sizeof head);
    const auto rest = std::span<const std::byte>(message).subspan(sizeof head);
    try {
        if (is_foreign_) find_registered(head);
        const auto call = begin(head, rest);
        if (call && !ends_soon(*call)) {
            ensure_receiver();
            turn.unlock();
        }
        finish(head, rest, call.get());
    } catch (const end_of_stream&) {
        throw;
    } catch (const std::exception&) {
        answer_exception(head.ticket, std::current_exception());
    }
    return true;
}

// The other side may name any place in the program: only entries are called, and on objects of their type.
void require_entry(const request_head& head, std::uint64_t type) {
    const auto entry = reinterpret_cast<detail::managed_entry>(const_cast<void*>(detail::code_of_program(head.entry)));
    if (!detail::known_entry::is_known(entry, type))
        throw serialization_error("a request names no function of its object");
}

// A call that was sent; null for what needs none.
std::unique_ptr<detail::remote_call> client::begin(const request_head& from, std::span<const std::byte> rest) {
    request_head head;
    head.kind = from.kind;
    head.how = from.how;
    head.entry = from.entry;
    auto target = by_->manager();
    if (from.kind == request_kind::call) {
        target = object(from.object);
        const auto& state = target.as<object_state>();
        require_entry(from, state.type);
        head.object = state.id;
        head.flat = true;
    } else if (from.kind == request_kind::create) {
        require_entry(from, from.object);
        head.object = from.object;
    } else if (from.kind == request_kind::count) {
        head.flat = true;
    } else {
        return nullptr;
    }
    auto call = std::make_unique<detail::remote_call>(target, head);
    call->arguments().write(rest.data(), rest.size());
    call->send();
    return call;
}

void client::finish(const request_head& head, std::span<const std::byte> rest, detail::remote_call* call) {
    if (head.kind == request_kind::release) {
        detail::shared_object ends;  // after the guard
        const std::lock_guard guard(lock_);
        if (auto node = objects_.extract(head.object)) ends = std::move(node.mapped());
        return;
    }
    std::uint64_t id = 0;
    if (call != nullptr) {
        call->wait_until({});
        if (head.kind != request_kind::create) {
            const auto raw = call->open_raw();
            return answer(head.ticket, raw.is_exception ? answer_kind::exception : answer_kind::value, raw.bytes);
        }
        id = keep(call->open_object(head.object).local());
    } else if (head.kind == request_kind::find) {
        id = keep(by_->names().find({reinterpret_cast<const char*>(rest.data()), rest.size()}, head.object));
    } else {
        throw serialization_error("a request of no kind that is known");
    }
    answer(head.ticket, answer_kind::value, bytes_of(id));
}

std::uint64_t client::keep(detail::shared_object object) {
    const std::lock_guard guard(lock_);
    objects_[++last_] = std::move(object);
    return last_;
}

detail::shared_object client::object(std::uint64_t id) {
    const std::lock_guard guard(lock_);
    const auto found = objects_.find(id);
    if (found == objects_.end()) throw serialization_error("a request names no object of its connection");
    return found->second;
}

void client::answer(std::uint64_t ticket, answer_kind kind, std::span<const std::byte> bytes) {
    const answer_head head{ticket, kind, 0};
    std::vector<std::byte> message(sizeof head + bytes.size());
    std::memcpy(message.data(), &head, sizeof head);
    if (!bytes.empty()) std::memcpy(message.data() + sizeof head, bytes.data(), bytes.size());
    const std::lock_guard guard(sending_);
    connection_.send_bytes(message);
}

void client::answer_exception(std::uint64_t ticket, const std::exception_ptr& failure) {
    const auto text = detail::encode_exception(failure, {}, current_process().name(), platform::current_process_id());
    answer(ticket, answer_kind::exception, std::as_bytes(std::span(text)));
}

}  // namespace

// ---- names --------------------------------------------------------------------------------------------------------

void published::set(const std::string& name, const detail::shared_object& object) {
    detail::shared_object former;  // ends after the guard
    const std::lock_guard guard(lock_);
    former = std::exchange(objects_[name], object);
}

detail::shared_object published::find(const std::string& name, std::uint64_t type) const {
    const std::lock_guard guard(lock_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) throw std::out_of_range("no object was published as '" + name + "'");
    if (found->second.as<object_state>().type != type)
        throw serialization_error("the object that was published as '" + name + "' is of another type");
    return found->second;
}

void published::clear() {
    std::map<std::string, detail::shared_object> all;  // ends after the guard
    const std::lock_guard guard(lock_);
    all.swap(objects_);
}

// ---- the door -----------------------------------------------------------------------------------------------------

gateway::gateway(listener door, detail::shared_object manager, std::shared_ptr<published> names)
    : door_(std::move(door)), address_(door_.address()), manager_(std::move(manager)), names_(std::move(names)) {}

void gateway::start() {
    platform::start_helper([self = shared_from_this()] { self->accept(); });
}

void gateway::accept() {
    while (door_.is_open()) {
        try {
            auto one = std::make_shared<client>(shared_from_this(), door_.accept());
            platform::start_helper([one] {
                try {
                    if (one->greet()) one->serve();
                } catch (const std::exception&) {
                    // another program, or nobody
                }
            });
        } catch (const authentication_error&) {
            // the next one
        } catch (const std::logic_error&) {
            return;  // closed
        } catch (const std::exception&) {
            std::this_thread::sleep_for(
                std::chrono::milliseconds(100));  // the system has no more descriptors or threads
        }
    }
}

}  // namespace brood::managing
