// SPDX-License-Identifier: MIT
#include <brood/shareable_list.hpp>

#include "memory/list_layout.hpp"

#include <brood/serialization.hpp>

namespace brood {

using detail::list_view;

shareable_list shareable_list::create(std::initializer_list<value_type> values, const std::string& name) {
    return create(std::span<const value_type>(values.begin(), values.size()), name);
}

shareable_list shareable_list::create(std::span<const value_type> values, const std::string& name) {
    shareable_list made;
    made.memory_ = shared_memory::create(detail::list_bytes(values), name);
    detail::write_list(made.memory_.data(), values);
    return made;
}

shareable_list shareable_list::attach(const std::string& name) {
    shareable_list found;
    found.memory_ = shared_memory::attach(name);
    list_view(found.memory_.data()).check();
    return found;
}

std::size_t shareable_list::size() const { return list_view(memory_.data()).size(); }

shareable_list::value_type shareable_list::operator[](std::size_t index) const {
    return list_view(memory_.data()).get(index);
}

void shareable_list::set(std::size_t index, const value_type& value) { list_view(memory_.data()).set(index, value); }

std::string shareable_list::format(std::size_t index) const { return list_view(memory_.data()).format(index); }

std::size_t shareable_list::count(const value_type& value) const {
    const list_view list(memory_.data());
    std::size_t equal = 0;
    for (std::size_t i = 0; i < list.size(); ++i) equal += list.get(i) == value;
    return equal;
}

std::optional<std::size_t> shareable_list::index(const value_type& value) const {
    const list_view list(memory_.data());
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list.get(i) == value) return i;
    return std::nullopt;
}

void shareable_list::save(output_archive& archive) const { memory_.save(archive); }

void shareable_list::load(input_archive& archive) {
    memory_.load(archive);
    if (memory_) list_view(memory_.data()).check();
}

}  // namespace brood
