// SPDX-License-Identifier: MIT
// The bytes of a stack are records: a module, which the places after it name by its number, a place in a module, a
// place in no module, or a place in words. A reader needs no count in front, so a writer may stop where room ends.
#include "codec/stack.hpp"

#include "codec/byte_io.hpp"
#include "codec/function.hpp"
#include "platform/platform.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <vector>

namespace brood::detail {
namespace {

enum class record : std::uint8_t { module = 1, place = 2, stray = 3, words = 4 };

// Hostile bytes must not make a reader describe without end.
constexpr std::size_t most_places = 1024;

// ---- writing

class span_sink {
public:
    explicit span_sink(std::span<std::byte> into) noexcept : into_(into) {}
    bool has_room(std::size_t size) const noexcept { return size <= into_.size() - used_; }
    void put(std::string_view bytes) noexcept {
        std::memcpy(into_.data() + used_, bytes.data(), bytes.size());
        used_ += bytes.size();
    }
    std::size_t used() const noexcept { return used_; }

private:
    std::span<std::byte> into_;
    std::size_t used_ = 0;
};

template <class Sink>
void write_record(Sink& sink, record kind) {
    write_number(sink, static_cast<std::uint8_t>(kind));
}

// Writes each module before its first place; says false when the sink is full.
template <class Sink>
class place_writer {
public:
    explicit place_writer(Sink& sink) noexcept : sink_(sink) {}

    bool write(std::uintptr_t place) {
        const auto view = platform::view_module(reinterpret_cast<const void*>(place));
        if (!view) return write_place(record::stray, 0, place);
        const auto known = std::find(bases_.begin(), bases_.begin() + count_, view->base);
        const auto number = static_cast<std::size_t>(known - bases_.begin());
        if (number == count_ && !write_module(*view)) return false;
        return write_place(record::place, static_cast<std::uint16_t>(number), place - view->base);
    }

private:
    bool write_module(const platform::module_view& view) {
        if (count_ == bases_.size() || !sink_.has_room(2 + text_size(view.build_id()) + text_size(view.path)))
            return false;
        write_record(sink_, record::module);
        write_number(sink_, static_cast<std::uint8_t>(view.program));
        write_text(sink_, view.build_id());
        write_text(sink_, view.path);
        bases_[count_++] = view.base;
        return true;
    }

    bool write_place(record kind, std::uint16_t module, std::uint64_t offset) {
        if (!sink_.has_room(1 + sizeof module + sizeof offset)) return false;
        write_record(sink_, kind);
        write_number(sink_, module);
        write_number(sink_, offset);
        return true;
    }

    Sink& sink_;
    std::array<std::uintptr_t, max_stack_depth> bases_{};
    std::size_t count_ = 0;
};

template <class Sink>
void write_places(Sink& sink, std::span<const std::uintptr_t> places) {
    place_writer writer(sink);
    for (const auto place : places.first(std::min(places.size(), max_stack_depth))) {
        if (!writer.write(place)) return;
    }
}

void write_words(string_sink& sink, const stack_frame& frame) {
    write_record(sink, record::words);
    write_text(sink, frame.function);
    write_text(sink, frame.file);
    write_number(sink, frame.line);
    write_text(sink, frame.module);
    write_number(sink, frame.offset);
}

// ---- reading

struct remote_module {
    std::string_view build_id;
    std::string_view path;
};

// Calls one of the reader's functions for each place.
template <class Reader>
void read_places(std::string_view bytes, Reader&& reader) {
    byte_reader in(bytes);
    std::vector<remote_module> modules;
    for (std::size_t count = 0; !in.at_end(); ++count) {
        if (count == most_places) throw serialization_error("a stack is deeper than any that is sent");
        const auto kind = static_cast<record>(in.number<std::uint8_t>());
        if (kind == record::module) {
            in.flag();
            const auto build_id = in.text();
            modules.push_back({build_id, in.text()});
        } else if (kind == record::place || kind == record::stray) {
            const auto number = in.number<std::uint16_t>();
            const auto offset = in.number<std::uint64_t>();
            if (kind == record::stray) {
                reader.in_module({}, offset);
            } else if (number < modules.size()) {
                reader.in_module(modules[number], offset);
            } else {
                throw serialization_error("a place of a stack is in a module that was not named");
            }
        } else if (kind == record::words) {
            stack_frame frame;
            frame.function = in.text();
            frame.file = in.text();
            frame.line = in.number<std::uint32_t>();
            frame.module = in.text();
            frame.offset = in.number<std::uint64_t>();
            reader.in_words(std::move(frame));
        } else {
            throw serialization_error("a record of a stack has no meaning");
        }
    }
}

class describer {
public:
    void in_module(const remote_module& holder, std::uint64_t offset) {
        const void* here = holder.build_id.empty() ? nullptr : find_code(holder.build_id, offset, holder.path);
        if (!here) {
            stack_.push_back({{}, {}, 0, std::string(holder.path), offset});
            return;
        }
        std::ranges::move(platform::describe_address(reinterpret_cast<std::uintptr_t>(here)),
                          std::back_inserter(stack_));
    }
    void in_words(stack_frame frame) { stack_.push_back(std::move(frame)); }
    stack_trace take() { return std::move(stack_); }

private:
    stack_trace stack_;
};

struct checker {
    void in_module(const remote_module&, std::uint64_t) const noexcept {}
    void in_words(const stack_frame&) const noexcept {}
};

}  // namespace

std::string encode_stack(std::span<const std::uintptr_t> places) {
    // After this the views of the modules are complete.
    for (const auto place : places) platform::module_of(reinterpret_cast<const void*>(place));
    string_sink sink;
    write_places(sink, places);
    return sink.take();
}

std::string encode_stack(const stack_trace& stack) {
    string_sink sink;
    const auto count = std::min(stack.size(), most_places);
    std::for_each_n(stack.begin(), count, [&](const stack_frame& frame) { write_words(sink, frame); });
    return sink.take();
}

std::size_t encode_stack(std::span<const std::uintptr_t> places, std::span<std::byte> into) noexcept {
    span_sink sink(into);
    write_places(sink, places);
    return sink.used();
}

stack_trace decode_stack(std::string_view bytes) {
    describer reader;
    read_places(bytes, reader);
    return reader.take();
}

void check_stack(std::string_view bytes) { read_places(bytes, checker()); }

stack_trace describe(std::span<const std::uintptr_t> places) {
    stack_trace stack;
    for (const auto place : places) std::ranges::move(platform::describe_address(place), std::back_inserter(stack));
    return stack;
}

}  // namespace brood::detail
