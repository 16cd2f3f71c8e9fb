// SPDX-License-Identifier: MIT
#include "base/child_path.hpp"
#include "codec/exception.hpp"
#include "platform/platform.hpp"

#include <brood/detail/archive.hpp>

#include <atomic>
#include <memory>

namespace brood::detail {
namespace {

// Never freed: another thread may be reading it. A process is named once or twice in its life.
struct named {
    std::string name;
    const named* before;
};
constinit std::atomic<const named*> current{nullptr};

std::string current_name() {
    const auto* known = current.load(std::memory_order_acquire);
    return known ? known->name : "main";
}

}  // namespace

BROOD_CHILD_PATH void name_origin(const std::string& process_name) {
    auto made = std::make_unique<named>(named{process_name, current.load()});
    while (!current.compare_exchange_weak(made->before, made.get())) {
    }
    made.release();  // owned by the list
}

void save_exception(output_archive& archive, const std::exception_ptr& exception) {
    const auto bytes =
        encode_exception(exception, thrown_stack(exception), current_name(), platform::current_process_id());
    archive.write_size(bytes.size());
    archive.write(bytes.data(), bytes.size());
}

std::exception_ptr load_exception(input_archive& archive) {
    std::string bytes(static_cast<std::size_t>(archive.read_size()), '\0');
    archive.read(bytes.data(), bytes.size());
    return decode_exception(bytes);
}

}  // namespace brood::detail
