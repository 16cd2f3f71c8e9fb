// SPDX-License-Identifier: MIT
// Reads what may be damaged or hostile: every number is checked before it is used.
#include "codec/archive_bits.hpp"
#include "platform/bulk_memory.hpp"

#include <brood/detail/archive.hpp>

namespace brood {

detail::block_filling::block_filling(void* memory, std::size_t size, bool beside_writer)
    : supply_(size < block_size ? nullptr : new platform::page_supply(memory, size, beside_writer ? 2 : 1)) {}
detail::block_filling::~block_filling() { delete static_cast<platform::page_supply*>(supply_); }

input_archive::input_archive(std::span<const std::byte> bytes, block_source* blocks, handle_source* handles)
    : at_(bytes.data()), end_(bytes.data() + bytes.size()), block_source_(blocks), handle_source_(handles) {}
input_archive::~input_archive() noexcept = default;

native_handle_type input_archive::take_handle(std::size_t index) {
    const std::size_t count = handle_source_ != nullptr ? handle_source_->count() : 0;
    if (index >= count)
        detail::fail("handle " + std::to_string(index) + " was not sent: the message has " + std::to_string(count));
    taken_.resize(count);
    if (taken_[index]) detail::fail("handle " + std::to_string(index) + " is used twice");
    taken_[index] = true;
    return handle_source_->take(index);
}

bool input_archive::read_flag() {
    const auto value = read_number<std::uint8_t>();
    if (value > 1) detail::fail("a bool that is neither 0 nor 1");
    return value == 1;
}

void input_archive::use_block(std::uint64_t size) {
    if (block_source_ == nullptr || next_block_ >= block_source_->count())
        detail::fail("a block beside the message is missing");
    const std::uint64_t announced = block_source_->size(next_block_);
    if (announced != size)
        detail::fail("a block beside the message has " + std::to_string(announced) + " bytes where " +
                     std::to_string(size) + " belong");
}

input_archive::block input_archive::begin_block(std::size_t element_size) {
    const auto tag = read_number<std::uint64_t>();
    const std::uint64_t count = tag & ~detail::beside_bit;
    const bool beside = (tag & detail::beside_bit) != 0;
    if (count > (std::numeric_limits<std::size_t>::max() / 2) / element_size) detail::fail_count(count, left());
    const std::uint64_t size = count * element_size;
    if (beside)
        use_block(size);
    else if (size > left())
        detail::fail_short(size, left());
    return {static_cast<std::size_t>(count), beside};
}

void input_archive::read_block(block what, void* into, std::size_t size) {
    if (!what.beside) return read(into, size);
    block_source_->read(next_block_, {static_cast<std::byte*>(into), size});
    ++next_block_;
}

bool input_archive::next_block_lies_in_place() const { return block_source_->lies_at(next_block_) != nullptr; }

bool input_archive::next_block_grows() const {
    return block_source_->wait_for(next_block_, 0) < block_source_->size(next_block_);
}

std::span<const std::byte> input_archive::take_part_in_place(std::size_t size, std::size_t begin,
                                                             std::size_t element_size) {
    const std::byte* const at = block_source_->lies_at(next_block_);
    auto end = static_cast<std::size_t>(block_source_->wait_for(next_block_, begin + element_size - 1));
    end -= end % element_size;
    if (end == size) ++next_block_;
    return {at + begin, end - begin};
}

void input_archive::read_fixed_block(void* into, std::size_t size) {
    if (size < detail::block_size || !read_flag()) return read(into, size);
    use_block(size);
    read_block({0, true}, into, size);
}

void input_archive::skip_padding(std::size_t left_before, std::uint64_t count) {
    const std::size_t used = left_before - left();
    if (used >= count) return;
    const auto padding = static_cast<std::size_t>(count - used);
    if (padding > left()) detail::fail_short(padding, left());
    at_ += padding;
}

std::uint32_t input_archive::read_version(const std::type_info& type) {
    if (const versioned* known = find_version(type)) return known->version;
    versions_.push_back({&type, read_number<std::uint32_t>()});
    return versions_.back().version;
}

input_archive::shared_number input_archive::read_shared() {
    const auto tag = read_number<std::uint32_t>();
    shared_number result{tag & ~detail::new_bit & ~detail::part_bit, (tag & detail::new_bit) != 0,
                         (tag & detail::part_bit) != 0};
    const bool right = result.new_object ? !result.part && result.number == shared_.size() + 1
                                         : result.number <= shared_.size() && !(result.part && result.number == 0);
    if (!right) detail::fail("a shared object with the unknown number " + std::to_string(result.number));
    if (result.part) result.offset = read_number<std::uint64_t>();
    return result;
}

std::uint32_t input_archive::add_shared(std::shared_ptr<void> object, const detail::shared_class& what) {
    shared_.push_back({std::move(object), &what});
    return static_cast<std::uint32_t>(shared_.size());
}

void input_archive::complete_shared(std::uint32_t number, std::shared_ptr<void> object) {
    shared_[number - 1].object = std::move(object);
}

std::shared_ptr<void> input_archive::shared(const shared_number& which, const std::type_info& type) const {
    const shared_object& known = shared_[which.number - 1];
    const auto refuse = [&](const char* why) { detail::fail("shared object " + std::to_string(which.number) + why); };
    if (!known.object) refuse(" refers to itself before it is complete");
    if (!which.part) {
        if (*known.what->type != type) refuse(" is of another type");
        return known.object;
    }
    if (which.offset >= known.what->size) refuse(" has no such part");
    auto* const part = static_cast<std::byte*>(known.object.get()) + which.offset;
    if (!known.what->has_part(known.object.get(), part, type)) refuse(" has no such part");
    return {known.object, part};
}

const std::string& input_archive::read_polymorphic_name(std::uint32_t tag) {
    const std::uint32_t number = tag & ~detail::new_bit;
    const bool fresh = (tag & detail::new_bit) != 0;
    if (number == 0 || (fresh ? number != names_.size() + 1 : number > names_.size()))
        detail::fail("a polymorphic type with the unknown number " + std::to_string(number));
    if (fresh) {
        const auto size = static_cast<std::size_t>(read_size());
        std::string name(size, '\0');
        read(name.data(), size);
        names_.push_back(std::move(name));
    }
    return names_[number - 1];
}

}  // namespace brood
