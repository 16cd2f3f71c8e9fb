// SPDX-License-Identifier: MIT
#include <brood/detail/archive.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <typeindex>
#include <unordered_map>

namespace brood {

// Shared objects by address and type: a class and its first member share an address but are two objects to a reader.
struct output_archive::known_objects {
    struct key {
        const void* address;
        std::type_index type;
        bool operator==(const key&) const = default;
    };
    struct hash {
        std::size_t operator()(const key& k) const noexcept {
            return std::hash<const void*>()(k.address) ^ (k.type.hash_code() * 31);
        }
    };
    std::unordered_map<key, std::uint32_t, hash> numbers;
    std::vector<std::shared_ptr<const void>> kept;
};

output_archive::output_archive(archive_mode mode) : mode_(mode) {}
output_archive::~output_archive() noexcept {
    std::free(begin_);
}

void output_archive::grow(std::size_t more) {
    const std::size_t used = size();
    const auto capacity = static_cast<std::size_t>(limit_ - begin_);
    if (more > std::numeric_limits<std::size_t>::max() / 2 - used) throw std::bad_alloc();
    const std::size_t wanted = std::max({used + more, capacity + capacity / 2, std::size_t{256}});
    auto* const moved = static_cast<std::byte*>(std::realloc(begin_, wanted));
    if (moved == nullptr) throw std::bad_alloc();
    begin_ = moved;
    end_ = moved + used;
    limit_ = moved + wanted;
}

std::uint32_t output_archive::add_handle(native_handle_type handle) {
    if (!mode_.handles) detail::fail("a handle of the operating system cannot be sent through this channel");
    handles_.push_back(handle);
    return static_cast<std::uint32_t>(handles_.size() - 1);
}

namespace {
// Set in a count: the elements travel beside the message.
constexpr std::uint64_t beside_bit = std::uint64_t{1} << 63;
}  // namespace

void output_archive::write_block(std::uint64_t count, const void* data, std::size_t size) {
    if (goes_beside(size)) {
        write_size(count | beside_bit);
        blocks_.emplace_back(static_cast<const std::byte*>(data), size);
        return;
    }
    write_size(count);
    write(data, size);
}

void output_archive::write_fixed_block(const void* data, std::size_t size) {
    if (size < detail::block_size) return write(data, size);
    const bool beside = goes_beside(size);
    write_byte(beside ? 1 : 0);
    if (beside) blocks_.emplace_back(static_cast<const std::byte*>(data), size);
    else write(data, size);
}

void output_archive::pad_elements(std::size_t begin, std::uint64_t count) {
    static constexpr std::byte zeros[64]{};
    for (std::uint64_t written = size() - begin; written < count;) {
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(count - written, sizeof zeros));
        write(zeros, part);
        written += part;
    }
}

void output_archive::write_version(const std::type_info& type, std::uint32_t version) {
    if (find_version(type) != nullptr) return;
    versions_.push_back({&type, version});
    write(&version, sizeof version);
}

namespace {
// Numbers count from 1; this bit says that the object itself follows.
constexpr std::uint32_t new_bit = 0x80000000U;
}  // namespace

bool output_archive::write_shared(const void* object, const std::type_info& type, std::shared_ptr<const void> keep) {
    if (!known_) known_ = std::make_unique<known_objects>();
    const auto next = static_cast<std::uint32_t>(known_->numbers.size() + 1);
    if (next == new_bit) detail::fail("more shared objects than can be counted");
    const auto [entry, fresh] = known_->numbers.try_emplace({object, std::type_index(type)}, next);
    if (fresh) known_->kept.push_back(std::move(keep));
    const std::uint32_t number = entry->second | (fresh ? new_bit : 0);
    write(&number, sizeof number);
    return fresh;
}

void output_archive::write_polymorphic_name(const char* name) {
    const auto known = std::find(names_.begin(), names_.end(), name);
    auto number = static_cast<std::uint32_t>(known - names_.begin() + 1);
    if (known != names_.end()) return write(&number, sizeof number);
    names_.emplace_back(name);
    number |= new_bit;
    write(&number, sizeof number);
    write_size(names_.back().size());
    write(names_.back().data(), names_.back().size());
}

}  // namespace brood
