// SPDX-License-Identifier: MIT
#include "pool/run_bound.hpp"

#include "platform/bulk_memory.hpp"
#include "platform/platform.hpp"

#include <stdexcept>

namespace brood::detail {
namespace {

class own_blocks final : public block_source {
public:
    explicit own_blocks(const output_archive& from) : blocks_(from.blocks()) {}
    std::size_t count() override { return blocks_.size(); }
    std::uint64_t size(std::size_t index) override { return blocks_.at(index).size(); }
    void read(std::size_t index, std::span<std::byte> into) override {
        platform::copy_memory(into.data(), blocks_.at(index).data(), into.size());
    }
    const std::byte* lies_at(std::size_t index) override { return blocks_.at(index).data(); }

private:
    const std::vector<std::span<const std::byte>>& blocks_;
};

class own_handles final : public handle_source {
public:
    explicit own_handles(const output_archive& from) : handles_(from.handles()) {}
    std::size_t count() override { return handles_.size(); }
    native_handle_type take(std::size_t index) override {
        return platform::duplicate_handle(handles_.at(index)).release();
    }

private:
    const std::vector<native_handle_type>& handles_;
};

// Nobody waits for anything here.
class nobody final : public target_session {
public:
    void arguments_read() override {}
    output_archive& begin_result() override { throw std::logic_error("this call gives no result"); }
    void send_result() override {}
};

}  // namespace

void run_bound(const bound_call& call) {
    output_archive written;
    call.target()->save(written);
    own_blocks blocks(written);
    own_handles handles(written);
    input_archive archive(written.bytes(), &blocks, &handles);
    nobody session;
    call.target()->entry()(archive, session);
}

}  // namespace brood::detail
