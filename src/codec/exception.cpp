// SPDX-License-Identifier: MIT
// An exception is sent as: version, name and id of its process, where it was thrown, and the chain from it to what it
// nests. Each of the chain: mangled type, readable type, what(), its state if the type is registered.
#include "codec/exception.hpp"

#include "codec/byte_io.hpp"
#include "codec/exception_facts.hpp"
#include "codec/exception_origin.hpp"
#include "codec/exception_registry.hpp"
#include "codec/stack_throws.hpp"
#include "platform/platform.hpp"

#include <cxxabi.h>

#include <memory>
#include <optional>
#include <vector>

namespace brood::detail {
namespace {

constexpr std::uint8_t format_version = 1;

// A chain longer than this is cut when it is written and refused when it is read.
constexpr std::size_t longest_chain = 64;

// ---- writing

// A type whose own code fails to write it is sent like one that is not registered.
std::optional<std::string> state_of(const std::exception_ptr& exception, const exception_type& type) {
    try {
        return type.save(exception);
    } catch (...) {
        return std::nullopt;
    }
}

void write_link(string_sink& sink, const std::exception_ptr& exception, const exception_facts& facts) {
    const auto* type = facts.type ? find_exception_type(*facts.type) : nullptr;
    const auto state = type ? state_of(exception, *type) : std::nullopt;
    write_text(sink, state ? type->type->name() : "");
    write_text(sink, facts.type_name);
    write_text(sink, facts.what);
    write_text(sink, state.value_or(std::string()));
}

void write_chain(string_sink& sink, std::exception_ptr exception) {
    for (std::size_t length = 1; exception; ++length) {
        const auto facts = facts_of(exception);
        write_link(sink, exception, facts);
        const bool more = facts.nested && length < longest_chain;
        write_number(sink, static_cast<std::uint8_t>(more));
        exception = more ? facts.nested : nullptr;
    }
}

void write_origin(string_sink& sink, const std::string& process_name, process_id pid, std::string_view stack) {
    write_text(sink, process_name);
    write_number(sink, static_cast<std::uint64_t>(pid));
    write_text(sink, stack);
}

// ---- reading

struct link {
    std::string_view type;
    std::string_view type_name;
    std::string what;
    std::string_view state;
};

std::vector<link> read_chain(byte_reader& in) {
    std::vector<link> chain;
    bool more = true;
    while (more) {
        if (chain.size() == longest_chain) throw serialization_error("an exception nests too many others");
        const auto type = in.text();
        const auto type_name = in.text();
        const auto what = in.text();
        chain.push_back({type, type_name, std::string(what), in.text()});
        more = in.flag();
    }
    if (!in.at_end()) throw serialization_error("more bytes than those of an exception");
    return chain;
}

std::exception_ptr make_remote(const link& from, const origin& where, bool nested) {
    const auto stack = where.stack ? where.stack : std::make_shared<const stack_source>(stack_trace());
    return make_exception(remote_error(std::string(from.type_name), from.what, where.process_name, where.pid, stack),
                          nested);
}

// A type whose own code fails to read it arrives like one that is not registered.
std::exception_ptr make_link(const link& from, const origin& where, bool nested) {
    const auto* type = from.type.empty() ? nullptr : find_exception_type(from.type);
    if (!type) return make_remote(from, where, nested);
    try {
        return type->load({from.state, from.what, nested});
    } catch (...) {
        return make_remote(from, where, nested);
    }
}

std::exception_ptr make_link_around(const link& from, const origin& where, const std::exception_ptr& nested) {
    if (!nested) return make_link(from, where, false);
    try {
        std::rethrow_exception(nested);
    } catch (...) {
        return make_link(from, where, true);
    }
}

std::exception_ptr make_chain(const std::vector<link>& chain, const origin& where) {
    const origin inner{where.process_name, where.pid, nullptr};
    std::exception_ptr made;
    for (std::size_t i = chain.size(); i-- > 0;) made = make_link_around(chain[i], i == 0 ? where : inner, made);
    return made;
}

origin read_origin(byte_reader& in) {
    const std::string name(in.text());
    const auto pid = static_cast<process_id>(in.number<std::uint64_t>());
    const auto stack = in.text();
    check_stack(stack);
    return {name, pid, std::make_shared<const stack_source>(std::string(stack), decode_stack)};
}

}  // namespace

std::string encode_exception(const std::exception_ptr& exception, std::span<const std::uintptr_t> thrown_at,
                             const std::string& process_name, process_id pid) {
    string_sink sink;
    if (!exception) return {};
    const throw_recording_pause pause;
    write_number(sink, format_version);
    if (const auto* where = find_origin(exception)) {
        write_origin(sink, where->process_name, where->pid, where->stack->bytes());
    } else {
        write_origin(sink, process_name, pid, encode_stack(thrown_at));
    }
    write_chain(sink, exception);
    return sink.take();
}

std::exception_ptr decode_exception(std::string_view bytes) {
    if (bytes.empty()) return nullptr;
    const throw_recording_pause pause;
    byte_reader in(bytes);
    if (in.number<std::uint8_t>() != format_version) throw serialization_error("an exception in an unknown format");
    auto where = read_origin(in);
    const auto made = make_chain(read_chain(in), where);
    remember_origin(made, std::move(where));
    return made;
}

std::string describe_exception(const std::exception_ptr& exception) {
    if (!exception) return "no exception";
    const throw_recording_pause pause;
    const auto facts = facts_of(exception);
    return facts.what.empty() ? facts.type_name : facts.type_name + ": " + facts.what;
}

// ---- making exceptions

void* allocate_exception(std::size_t size) noexcept { return abi::__cxa_allocate_exception(size); }

void free_exception(void* object) noexcept { abi::__cxa_free_exception(object); }

std::exception_ptr adopt_exception(void* object, const std::type_info& type, void (*destroy)(void*)) {
    const throw_recording_pause pause;
    try {
        abi::__cxa_throw(object, const_cast<std::type_info*>(&type), destroy);
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace brood::detail
