// SPDX-License-Identifier: MIT
// What all copies of a byte_connection share.
#pragma once

#include "channel/message_link.hpp"
#include "channel/turn.hpp"

#include <brood/detail/waitable.hpp>
#include <brood/error.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

namespace brood {
class output_archive;
class input_archive;
}  // namespace brood

namespace brood::detail {

// Runs it; what the system refused comes out as brood::error with the system's code.
template <class Work>
auto in_errors_of_brood(const Work& work) {
    try {
        return work();
    } catch (const std::system_error& e) {
        throw error(e.what(), e.code());
    }
}

class connection_core {
public:
    // A connection that receives no message longer than `most`.
    explicit connection_core(platform::link link, std::uint64_t most = any_size);

    bool send(std::span<const std::byte> message, const platform::deadline& until);
    std::optional<std::vector<std::byte>> receive(std::uint64_t most, const platform::deadline& until);
    std::optional<std::uint64_t> receive_into(std::span<std::byte> into, const platform::deadline& until);
    bool wait(const platform::deadline& until);

    void close() noexcept;
    bool is_open() const noexcept;
    platform::handle_t handle() const { return link()->link().handle(); }
    void join_wait(wait_set& set) const;
    // Keeps the handle open; throws std::logic_error when it is closed.
    std::shared_ptr<message_link> link() const;

    void save(output_archive& archive) const;
    static std::shared_ptr<connection_core> load(input_archive& archive);

private:
    template <class Work>
    auto receiving(const platform::deadline& until, const Work& work) -> decltype(work(std::declval<message_link&>()));

    const std::uint64_t most_;
    mutable std::mutex mutex_;  // of link_
    std::shared_ptr<message_link> link_;
    turn sender_;
    mutable turn receiver_;
};

}  // namespace brood::detail
