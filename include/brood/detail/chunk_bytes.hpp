// SPDX-License-Identifier: MIT
// The results of a chunk as bytes.
#pragma once

#include <brood/detail/chunk.hpp>
#include <brood/detail/load_value.hpp>
#include <brood/detail/parts.hpp>
#include <brood/serialization.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

template <class T, class... Above>
constexpr bool find_user_code();
template <class... Above, class... P>
constexpr bool any_user_code(part_list<P...>) {
    return (find_user_code<std::remove_cv_t<typename P::type>, Above...>() || ...);
}
// `Above`: the types that T is a part of.
template <class T, class... Above>
constexpr bool find_user_code() {
    if constexpr ((std::is_same_v<T, Above> || ...))
        return false;
    else if constexpr (kind_of<T> == kind::user)
        return true;
    else
        return any_user_code<T, Above...>(parts_of<T>());
}
// Whether a class of the user's has a say in how it is read, and may refuse.
template <class T>
inline constexpr bool has_user_code = find_user_code<T>();
template <>
inline constexpr bool has_user_code<void> = false;

template <class R>
struct chunk_bytes {
    static void write(output_archive& archive, const chunk_result<R>& result) { save_value(archive, result); }
    static chunk_result<R> read(input_archive& archive) { return load_value<chunk_result<R>>(archive); }
};

// Each value in an archive of its own, so that one that cannot be read takes no other along.
template <class R>
    requires(has_user_code<R>)
struct chunk_bytes<R> {
    static void write(output_archive& archive, const chunk_result<R>& result) {
        save_value(archive, result.failures);
        save_value(archive, result.busy);
        archive.write_size(result.values.size());
        for (const R& value : result.values) write_one(archive, value);
    }

    static chunk_result<R> read(input_archive& archive) {
        const auto failures = load_value<std::vector<chunk_failure>>(archive);
        chunk_result<R> result;
        result.busy = load_value<std::int64_t>(archive);
        auto values = archive.read_size();
        for (auto failure = failures.begin(); values > 0 || failure != failures.end();) {
            if (failure != failures.end() && failure->index == result.size()) {
                result.append_failure((failure++)->error);
                continue;
            }
            if (values-- == 0) throw serialization_error("a chunk with failures of elements that it does not have");
            read_one(archive, result);
        }
        return result;
    }

private:
    static void write_one(output_archive& archive, const R& value) {
        output_archive one({.handles = false, .blocks = false});
        save_value<R>(one, value);
        archive.write_size(one.size());
        archive.write(one.bytes().data(), one.size());
        for (const auto& object : one.shared_objects()) archive.add_shared_object(object.place, object.keeper);
    }
    static void read_one(input_archive& archive, chunk_result<R>& into) {
        const auto bytes = archive.read_in_place(static_cast<std::size_t>(archive.read_size()));
        try {
            input_archive one(bytes);
            into.values.push_back(load_value<R>(one));
        } catch (...) {
            into.append_failure(std::current_exception());
        }
    }
};

}  // namespace brood::detail
