// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

#include <algorithm>

namespace brood::platform {

namespace windows {

namespace {

// A call moves at most this much: its count has 32 bits.
constexpr std::size_t largest_transfer = std::size_t{1} << 30;

DWORD transfer_size(std::size_t size) { return static_cast<DWORD>(std::min(size, largest_transfer)); }

DWORD access_rights(const file_mode& mode) {
    DWORD rights = mode.read ? GENERIC_READ : 0;
    // Without the right to write elsewhere, every write goes to the end.
    if (mode.append)
        rights |= FILE_APPEND_DATA | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE;
    else if (mode.write)
        rights |= GENERIC_WRITE;
    return rights;
}

DWORD disposition(const file_mode& mode) {
    if (mode.create && mode.exclusive) return CREATE_NEW;
    if (mode.create) return mode.truncate ? CREATE_ALWAYS : OPEN_ALWAYS;
    return mode.truncate ? TRUNCATE_EXISTING : OPEN_EXISTING;
}

unique_handle open(const std::string& path, DWORD rights, DWORD how) {
    const HANDLE file =
        CreateFileW(native_path(path).c_str(), rights, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                    how, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) throw_error(GetLastError(), ("opening " + path).c_str());
    return unique_handle(file);
}

bool at_end(DWORD error) { return error == ERROR_HANDLE_EOF || error == ERROR_BROKEN_PIPE; }

}  // namespace

}  // namespace windows

using namespace windows;

unique_handle open_file(const std::string& path, file_mode mode) {
    const DWORD rights = access_rights(mode);
    if (rights == 0) throw_error(ERROR_INVALID_PARAMETER, "a file is opened to read, write or append");
    // Truncating takes the right that appending must not have.
    if (mode.append && mode.truncate && !mode.exclusive) {
        open(path, GENERIC_WRITE, disposition(mode));
        return open(path, rights, OPEN_EXISTING);
    }
    return open(path, rights, disposition(mode));
}

std::size_t read_file(handle_t file, std::span<std::byte> into) {
    DWORD done = 0;
    if (ReadFile(file, into.data(), transfer_size(into.size()), &done, nullptr)) return done;
    if (!at_end(GetLastError())) throw_last_error("ReadFile");
    return 0;
}

std::size_t write_file(handle_t file, std::span<const std::byte> from) {
    std::size_t done = 0;
    while (done < from.size()) {
        DWORD written = 0;
        if (!WriteFile(file, from.data() + done, transfer_size(from.size() - done), &written, nullptr))
            throw_last_error("WriteFile");
        done += written;
    }
    return done;
}

std::uint64_t seek_file(handle_t file, std::int64_t offset, seek_from whence) {
    constexpr DWORD methods[] = {FILE_BEGIN, FILE_CURRENT, FILE_END};
    LARGE_INTEGER distance{}, position{};
    distance.QuadPart = offset;
    // Pipes and consoles would take the call and do nothing.
    if (GetFileType(file) != FILE_TYPE_DISK) throw_error(ERROR_SEEK_ON_DEVICE, "seeking in what is no file on disk");
    if (!SetFilePointerEx(file, distance, &position, methods[static_cast<std::size_t>(whence)]))
        throw_last_error("SetFilePointerEx");
    return static_cast<std::uint64_t>(position.QuadPart);
}

}  // namespace brood::platform
