// SPDX-License-Identifier: MIT
// The path of the running program. A running program's file can be renamed, and another put in its place: a path
// counts only if the file there begins with the same headers as the image in memory (time stamp, sizes, sections).
#include "platform/windows/win32.hpp"

#include <array>
#include <cstring>
#include <span>

namespace brood::platform {

namespace windows {

namespace {

using bytes = std::vector<std::byte>;

constexpr std::size_t longest_path = 32'768;

std::wstring started_as() {
    std::wstring path(longest_path, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    if (path.empty()) throw_last_error("GetModuleFileNameW");
    return path;
}

// Follows a renaming, where the first does not.
std::wstring known_as_now() {
    std::wstring path(longest_path, L'\0');
    DWORD length = static_cast<DWORD>(path.size());
    if (!QueryFullProcessImageNameW(GetCurrentProcess(), 0, path.data(), &length)) length = 0;
    path.resize(length);
    return path;
}

const IMAGE_NT_HEADERS& nt_headers(std::span<const std::byte> image) {
    const auto& dos = *reinterpret_cast<const IMAGE_DOS_HEADER*>(image.data());
    return *reinterpret_cast<const IMAGE_NT_HEADERS*>(image.data() + dos.e_lfanew);
}

std::span<const std::byte> headers_in_memory() {
    const auto* base = reinterpret_cast<const std::byte*>(GetModuleHandleW(nullptr));
    return {base, nt_headers({base, sizeof(IMAGE_DOS_HEADER)}).OptionalHeader.SizeOfHeaders};
}

bytes beginning_of_file(const std::wstring& path, std::size_t size) {
    const HANDLE opened =
        CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                    OPEN_EXISTING, 0, nullptr);
    if (opened == INVALID_HANDLE_VALUE) return {};
    const unique_handle file(opened);
    bytes content(size);
    DWORD got = 0;
    if (!ReadFile(file.get(), content.data(), static_cast<DWORD>(size), &got, nullptr)) return {};
    content.resize(got);
    return content;
}

// The loader writes the address that it chose into the headers in memory.
void blank_image_base(bytes& headers, std::size_t nt_offset) {
    constexpr std::size_t field = offsetof(IMAGE_NT_HEADERS, OptionalHeader.ImageBase);
    std::memset(headers.data() + nt_offset + field, 0, sizeof(IMAGE_NT_HEADERS::OptionalHeader.ImageBase));
}

bool is_this_image(const std::wstring& path) {
    const std::span<const std::byte> in_memory = headers_in_memory();
    bytes expected(in_memory.begin(), in_memory.end());
    bytes found = beginning_of_file(path, expected.size());
    if (found.size() != expected.size()) return false;
    const auto offset = static_cast<std::size_t>(reinterpret_cast<const IMAGE_DOS_HEADER*>(expected.data())->e_lfanew);
    blank_image_base(expected, offset);
    blank_image_base(found, offset);
    return expected == found;
}

}  // namespace

}  // namespace windows

using namespace windows;

std::string executable_path() {
    for (std::wstring (*path)() : {started_as, known_as_now})
        if (const std::wstring candidate = path(); is_this_image(candidate)) return narrow(candidate);
    throw_error(ERROR_FILE_NOT_FOUND, "the file of the running program was removed or replaced");
}

}  // namespace brood::platform
