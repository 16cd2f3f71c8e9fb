// SPDX-License-Identifier: MIT
#include <brood/file.hpp>

#include "platform/platform.hpp"

#include <brood/serialization.hpp>

#include <algorithm>
#include <stdexcept>

namespace brood {
namespace {

std::string utf8(const std::filesystem::path& path) {
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

platform::file_mode mode_of(std::ios_base::openmode mode) {
    const bool in = (mode & std::ios_base::in) != 0, app = (mode & std::ios_base::app) != 0;
    const bool out = (mode & std::ios_base::out) != 0 || app, trunc = (mode & std::ios_base::trunc) != 0;
    if ((!in && !out) || (trunc && (app || !out)))
        throw std::invalid_argument("a file is opened for in, out or app; trunc goes with out and not with app");
    const bool empties = trunc || (out && !in && !app);
    return {.read = in, .write = out, .append = app, .create = empties || app, .truncate = empties};
}

platform::file_mode mode_of(std::string_view mode) {
    const auto has = [&](char c) { return mode.find(c) != mode.npos; };
    if (mode.empty() || std::string_view("rwa").find(mode[0]) == std::string_view::npos ||
        mode.find_first_not_of("+xb", 1) != mode.npos || (mode[0] == 'r' && has('x')))
        throw std::invalid_argument("'" + std::string(mode) + "' is not a file mode; it is r, w or a, with + or x");
    const bool reads = mode[0] == 'r';
    return {.read = reads || has('+'),
            .write = !reads || has('+'),
            .append = mode[0] == 'a',
            .create = !reads,
            .truncate = mode[0] == 'w' && !has('x'),
            .exclusive = has('x')};
}

}  // namespace

file file::open(const std::filesystem::path& path, std::ios_base::openmode mode) {
    file opened;
    opened.handle_ = brood::handle(platform::open_file(utf8(path), mode_of(mode)).release());
    if ((mode & std::ios_base::ate) != 0) opened.seek(0, std::ios_base::end);
    return opened;
}

file file::open(const std::filesystem::path& path, std::string_view mode) {
    file opened;
    opened.handle_ = brood::handle(platform::open_file(utf8(path), mode_of(mode)).release());
    return opened;
}

std::size_t file::read(std::span<std::byte> into) const { return platform::read_file(native_handle(), into); }

std::string file::read(std::size_t count) const {
    std::string text(count, '\0');
    text.resize(read(std::as_writable_bytes(std::span(text))));
    return text;
}

std::string file::read_all() const {
    std::string all;
    for (std::string part = read(std::size_t{1} << 16); !part.empty(); part = read(std::size_t{1} << 16)) all += part;
    return all;
}

std::size_t file::write(std::span<const std::byte> from) const { return platform::write_file(native_handle(), from); }

std::size_t file::write(std::string_view text) const { return write(std::as_bytes(std::span(text))); }

std::uint64_t file::seek(std::int64_t offset, std::ios_base::seekdir from) const {
    const auto whence = from == std::ios_base::beg   ? platform::seek_from::begin
                        : from == std::ios_base::cur ? platform::seek_from::current
                                                     : platform::seek_from::end;
    return platform::seek_file(native_handle(), offset, whence);
}

}  // namespace brood
