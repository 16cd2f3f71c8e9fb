// SPDX-License-Identifier: MIT
// How the exceptions of the standard library and of brood cross: a row of a table for each.
#include "base/stack_source.hpp"
#include "codec/byte_io.hpp"
#include "codec/exception_error_code.hpp"
#include "codec/exception_registry.hpp"
#include "codec/stack.hpp"

#include <brood/error.hpp>

#include <any>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <variant>

namespace brood::detail {
namespace {

// ---- what each kind of exception adds to its what()

// Types that say all by being.
template <class E>
struct plain {
    static void save(string_sink&, const E&) {}
    static E load(byte_reader&, const std::string&) { return E(); }
};

// Types that are made from what they say.
template <class E>
struct worded {
    static void save(string_sink&, const E&) {}
    static E load(byte_reader&, const std::string& what) { return E(what); }
};

template <class E>
struct system_like {
    static void save(string_sink& sink, const E& e) {
        write_error_code(sink, e.code());
        write_text(sink, without_message(e.what(), e.code()));
    }
    static E load(byte_reader& in, const std::string&) {
        const auto code = read_error_code(in);
        return make<E>(code, std::string(in.text()));
    }

private:
    template <class T>
    static T make(const std::error_code& code, const std::string& text) {
        if constexpr (std::is_same_v<T, std::ios_base::failure>)
            return T(text, code);
        else if constexpr (std::is_same_v<T, std::system_error>)
            return text.empty() ? T(code) : T(code, text);
    }
};

struct future_like {
    static void save(string_sink& sink, const std::future_error& e) {
        write_number(sink, static_cast<std::uint32_t>(e.code().value()));
    }
    static std::future_error load(byte_reader& in, const std::string&) {
        return std::future_error(static_cast<std::future_errc>(in.number<std::uint32_t>()));
    }
};

struct regex_like {
    static void save(string_sink& sink, const std::regex_error& e) {
        write_number(sink, static_cast<std::uint32_t>(e.code()));
    }
    static std::regex_error load(byte_reader& in, const std::string&) {
        return std::regex_error(static_cast<std::regex_constants::error_type>(in.number<std::uint32_t>()));
    }
};

std::string path_text(const std::filesystem::path& path) {
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

std::filesystem::path text_path(std::string_view text) { return std::u8string(text.begin(), text.end()); }

struct filesystem_like {
    static void save(string_sink& sink, const std::filesystem::filesystem_error& e) {
        write_error_code(sink, e.code());
        write_text(sink, without_message(e.std::system_error::what(), e.code()));
        write_text(sink, path_text(e.path1()));
        write_text(sink, path_text(e.path2()));
    }
    static std::filesystem::filesystem_error load(byte_reader& in, const std::string&) {
        const auto code = read_error_code(in);
        const std::string text(in.text());
        const auto path1 = text_path(in.text());
        const auto path2 = text_path(in.text());
        if (!path2.empty()) return {text, path1, path2, code};
        return path1.empty() ? std::filesystem::filesystem_error(text, code)
                             : std::filesystem::filesystem_error(text, path1, code);
    }
};

// brood::error and what adds nothing to it.
template <class E>
struct error_like {
    static void save(string_sink& sink, const E& e) { write_error_code(sink, e.code()); }
    static E load(byte_reader& in, const std::string& what) { return E(what, read_error_code(in)); }
};

struct serialization_like {
    static void save(string_sink& sink, const serialization_error& e) {
        write_text(sink, e.reason());
        write_text(sink, e.path());
        write_error_code(sink, e.code());
    }
    static serialization_error load(byte_reader& in, const std::string&) {
        const std::string reason(in.text()), path(in.text());
        return serialization_error(reason, path, read_error_code(in));
    }
};

std::string stack_bytes(const std::shared_ptr<const stack_source>& stack) {
    if (!stack) return {};
    return stack->bytes().empty() ? encode_stack(stack->get()) : stack->bytes();
}

std::shared_ptr<const stack_source> read_stack(byte_reader& in) {
    const auto bytes = in.text();
    check_stack(bytes);
    return std::make_shared<const stack_source>(std::string(bytes), decode_stack);
}

void write_status(string_sink& sink, const exit_status& status) {
    const int value = status.exited() ? status.code() : status.signal();
    write_number(sink, static_cast<std::uint8_t>(status.is_unknown() ? 2 : status.exited() ? 0 : 1));
    write_number(sink, static_cast<std::uint8_t>(status.core_dumped()));
    write_number(sink, static_cast<std::uint32_t>(value));
    write_number(sink, status.native());
}

exit_status read_status(byte_reader& in) {
    const auto kind = in.number<std::uint8_t>();
    const bool core = in.flag();
    const auto value = static_cast<int>(in.number<std::uint32_t>());
    const auto native = in.number<std::uint32_t>();
    if (kind > 2) throw serialization_error("an exit status is of no known kind");
    if (kind == 2) return exit_status::unknown();
    if (native != 0) return exit_status::from_windows(native);
    return kind == 0 ? exit_status::exited(value) : exit_status::signalled(value, core);
}

struct death_like {
    static void save(string_sink& sink, const process_died& e) {
        write_number(sink, static_cast<std::uint64_t>(e.pid()));
        write_status(sink, e.status());
        write_text(sink, stack_bytes(e.source_of_stack()));
    }
    static process_died load(byte_reader& in, const std::string& what) {
        const auto pid = static_cast<process_id>(in.number<std::uint64_t>());
        const auto status = read_status(in);
        return {what, pid, status, read_stack(in)};
    }
};

struct worker_death_like {
    static void save(string_sink& sink, const worker_died& e) {
        death_like::save(sink, e);
        write_text(sink, e.task());
    }
    static worker_died load(byte_reader& in, const std::string& what) {
        const process_died death = death_like::load(in, what);
        return {what, std::string(in.text()), death};
    }
};

struct remote_like {
    static void save(string_sink& sink, const remote_error& e) {
        write_text(sink, e.type_name());
        write_text(sink, e.process_name());
        write_number(sink, static_cast<std::uint64_t>(e.pid()));
        write_text(sink, stack_bytes(e.source_of_stack()));
    }
    static remote_error load(byte_reader& in, const std::string& what) {
        const std::string type_name(in.text());
        const std::string process_name(in.text());
        const auto pid = static_cast<process_id>(in.number<std::uint64_t>());
        return {type_name, what, process_name, pid, read_stack(in)};
    }
};

// ---- the table

template <class E, class Form>
std::string save(const std::exception_ptr& exception) {
    string_sink sink;
    try {
        std::rethrow_exception(exception);
    } catch (const E& e) {
        Form::save(sink, e);
    }
    return sink.take();
}

template <class E, class Form>
std::exception_ptr load(const exception_image& image) {
    byte_reader in(image.state);
    return make_exception<E>(Form::load(in, image.what), image.nested);
}

template <class E, class Form>
constexpr exception_type row() noexcept {
    return {&typeid(E), save<E, Form>, load<E, Form>};
}
template <class E>
constexpr exception_type plain_row() noexcept {
    return row<E, plain<E>>();
}
template <class E>
constexpr exception_type worded_row() noexcept {
    return row<E, worded<E>>();
}
template <class E>
constexpr exception_type error_row() noexcept {
    return row<E, error_like<E>>();
}

constinit const exception_type all_types[] = {
    plain_row<std::exception>(),
    plain_row<std::bad_exception>(),
    plain_row<std::bad_alloc>(),
    plain_row<std::bad_array_new_length>(),
    plain_row<std::bad_cast>(),
    plain_row<std::bad_any_cast>(),
    plain_row<std::bad_typeid>(),
    plain_row<std::bad_function_call>(),
    plain_row<std::bad_weak_ptr>(),
    plain_row<std::bad_optional_access>(),
    plain_row<std::bad_variant_access>(),
    plain_row<std::nested_exception>(),
    worded_row<std::logic_error>(),
    worded_row<std::invalid_argument>(),
    worded_row<std::domain_error>(),
    worded_row<std::length_error>(),
    worded_row<std::out_of_range>(),
    worded_row<std::runtime_error>(),
    worded_row<std::range_error>(),
    worded_row<std::overflow_error>(),
    worded_row<std::underflow_error>(),
    row<std::future_error, future_like>(),
    row<std::regex_error, regex_like>(),
    row<std::system_error, system_like<std::system_error>>(),
    row<std::ios_base::failure, system_like<std::ios_base::failure>>(),
    row<std::filesystem::filesystem_error, filesystem_like>(),
    error_row<error>(),
    error_row<bootstrap_error>(),
    error_row<start_error>(),
    error_row<timeout_error>(),
    error_row<cancelled>(),
    error_row<owner_died>(),
    error_row<broken_barrier>(),
    error_row<queue_closed>(),
    error_row<end_of_stream>(),
    error_row<authentication_error>(),
    row<serialization_error, serialization_like>(),
    row<process_died, death_like>(),
    row<worker_died, worker_death_like>(),
    row<remote_error, remote_like>(),
};

}  // namespace

std::span<const exception_type> builtin_exceptions() noexcept { return all_types; }

}  // namespace brood::detail
