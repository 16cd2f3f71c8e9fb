// SPDX-License-Identifier: MIT
// How brood writes and reads a whole value.
#pragma once

#include <brood/detail/codec_basic.hpp>
#include <brood/detail/codec_classes.hpp>
#include <brood/detail/codec_containers.hpp>
#include <brood/detail/codec_functions.hpp>
#include <brood/detail/codec_pointers.hpp>
#include <brood/detail/codec_sums.hpp>
#include <brood/detail/exception_codec.hpp>
#include <brood/detail/verdict.hpp>
#include <brood/detail/wrappers.hpp>

namespace brood::detail {

template <>
struct codec<kind::exception> {
    static void write(output_archive& archive, const std::exception_ptr& exception) {
        save_exception(archive, exception);
    }
    static void read(input_archive& archive, std::exception_ptr& exception) { exception = load_exception(archive); }
};

// Marks an archive as busy with one value.
class busy_scope {
public:
    explicit busy_scope(archive_core& archive) : archive_(archive) { archive.set_busy(true); }
    busy_scope(const busy_scope&) = delete;
    busy_scope& operator=(const busy_scope&) = delete;
    ~busy_scope() { archive_.set_busy(false); }

private:
    archive_core& archive_;
};

// Writes a value. Unless it is part of another that is being written, whatever is thrown on the way (by user code too)
// becomes a serialization_error with the path to the member; and large plain blocks of `value` are not copied: it must
// live until they were sent.
template <class T>
void save_value(output_archive& archive, const T& value) {
    require_serializable<T>();
    if constexpr (can_cross<T>) {
        if (archive.busy()) return hand_over(archive, value);
        const busy_scope busy(archive);
        try {
            write_value(archive, value);
        } catch (...) {
            archive.rethrow("saving");
        }
    }
}

// Reads a value of a type that need not have a default constructor. Errors as for save_value.
template <class T>
T load_value(input_archive& archive) {
    require_serializable<T>();
    if constexpr (can_cross<T>) {
        if (archive.busy()) return make_value<T>(archive);
        const busy_scope busy(archive);
        try {
            return make_value<T>(archive);
        } catch (...) {
            archive.rethrow("loading");
        }
    } else {
        __builtin_unreachable();  // the compilation ended above
    }
}

}  // namespace brood::detail
