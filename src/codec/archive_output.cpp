// SPDX-License-Identifier: MIT
#include "codec/archive_bits.hpp"

#include <brood/detail/archive.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
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
    struct whole {
        const std::byte* address;
        const detail::shared_class* what;
        std::uint32_t number;
    };
    std::unordered_map<key, std::uint32_t, hash> numbers;
    std::vector<std::shared_ptr<const void>> kept;
    // Objects that parts of may be shared as well, by their owner.
    std::map<std::shared_ptr<const void>, whole, std::owner_less<>> wholes;

    // The shared object that holds `object` as a part.
    const whole* find_whole(const void* object, const std::type_info& type,
                            const std::shared_ptr<const void>& owner) const {
        const auto found = wholes.find(owner);
        if (found == wholes.end()) return nullptr;
        const whole& candidate = found->second;
        const auto* const part = static_cast<const std::byte*>(object);
        const std::less<> before;
        if (before(part, candidate.address) || !before(part, candidate.address + candidate.what->size)) return nullptr;
        return candidate.what->has_part(candidate.address, object, type) ? &candidate : nullptr;
    }
};

output_archive::output_archive(archive_mode mode) : mode_(mode) {}
output_archive::~output_archive() noexcept {
    if (begin_ != small_) std::free(begin_);
}

void output_archive::grow(std::size_t more) {
    const std::size_t used = size();
    const auto capacity = static_cast<std::size_t>(limit_ - begin_);
    if (more > std::numeric_limits<std::size_t>::max() / 2 - used) throw std::bad_alloc();
    const std::size_t wanted = std::max(used + more, capacity + capacity / 2);
    auto* const moved = static_cast<std::byte*>(std::realloc(begin_ == small_ ? nullptr : begin_, wanted));
    if (moved == nullptr) throw std::bad_alloc();
    if (begin_ == small_) std::memcpy(moved, small_, used);
    begin_ = moved;
    end_ = moved + used;
    limit_ = moved + wanted;
}

std::uint32_t output_archive::add_handle(native_handle_type handle) {
    if (!mode_.handles) detail::fail("a handle of the operating system cannot be sent through this channel");
    handles_.push_back(handle);
    return static_cast<std::uint32_t>(handles_.size() - 1);
}

void output_archive::write_block(std::uint64_t count, const void* data, std::size_t size) {
    if (goes_beside(size)) {
        write_size(count | detail::beside_bit);
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
    if (beside)
        blocks_.emplace_back(static_cast<const std::byte*>(data), size);
    else
        write(data, size);
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

bool output_archive::write_shared(const void* object, const detail::shared_class& what,
                                  const std::shared_ptr<const void>& owner) {
    if (!known_) known_ = std::make_unique<known_objects>();
    const bool may_have_parts = owner.use_count() > 1;
    if (const auto* whole = may_have_parts ? known_->find_whole(object, *what.type, owner) : nullptr;
        whole != nullptr && !(whole->address == object && *whole->what->type == *what.type)) {
        const std::uint32_t number = whole->number | detail::part_bit;
        write(&number, sizeof number);
        write_size(static_cast<std::uint64_t>(static_cast<const std::byte*>(object) - whole->address));
        return false;
    }
    const auto next = static_cast<std::uint32_t>(known_->numbers.size() + 1);
    if (next == detail::part_bit) detail::fail("more shared objects than can be counted");
    const auto [entry, fresh] = known_->numbers.try_emplace({object, std::type_index(*what.type)}, next);
    if (fresh) known_->kept.push_back(owner);
    if (fresh && may_have_parts)
        known_->wholes.try_emplace(owner, known_objects::whole{static_cast<const std::byte*>(object), &what, next});
    const std::uint32_t number = entry->second | (fresh ? detail::new_bit : 0);
    write(&number, sizeof number);
    return fresh;
}

void output_archive::write_polymorphic_name(const char* name) {
    const auto known = std::find(names_.begin(), names_.end(), name);
    auto number = static_cast<std::uint32_t>(known - names_.begin() + 1);
    if (known != names_.end()) return write(&number, sizeof number);
    names_.emplace_back(name);
    number |= detail::new_bit;
    write(&number, sizeof number);
    write_size(names_.back().size());
    write(names_.back().data(), names_.back().size());
}

}  // namespace brood
