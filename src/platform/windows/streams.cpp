// SPDX-License-Identifier: MIT
// The standard streams of a running process live in three places that must agree: the system's handles, the C library's
// descriptors 0 to 2, and its FILE objects (std::cout and the others write through those).
#include "platform/windows/win32.hpp"

#include <cstdio>
#include <fcntl.h>
#include <io.h>
#include <system_error>

namespace brood::platform {

namespace windows {

namespace {

struct stream_places {
    int number;
    DWORD system_number;
    FILE* file;
    const wchar_t* mode;
};

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// A descriptor of the C library that owns the handle.
class descriptor {
public:
    explicit descriptor(unique_handle handle)
        : number_(_open_osfhandle(reinterpret_cast<std::intptr_t>(handle.get()), _O_TEXT)) {
        if (number_ == -1) throw_errno("_open_osfhandle");
        handle.release();
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { _close(number_); }
    void copy_to(int number) const {
        if (number != number_ && _dup2(number_, number) == -1) throw_errno("_dup2");
    }

private:
    int number_;
};

// The FILE of a program that was started without this stream has no descriptor (a negative number): it gets one.
int descriptor_of(const stream_places& stream) {
    if (_fileno(stream.file) < 0 && _wfreopen(L"NUL", stream.mode, stream.file) == nullptr) throw_errno("_wfreopen");
    return _fileno(stream.file);
}

void redirect(const stream_places& stream, unique_handle handle) {
    std::fflush(stream.file);
    const int used = descriptor_of(stream);
    const descriptor source(std::move(handle));
    source.copy_to(used);
    source.copy_to(stream.number);
    const auto now = reinterpret_cast<HANDLE>(_get_osfhandle(stream.number));
    if (!SetStdHandle(stream.system_number, now)) throw_last_error("SetStdHandle");
    // As at birth: programs that this one starts by other means find their streams.
    SetHandleInformation(now, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    std::clearerr(stream.file);
}

}  // namespace

}  // namespace windows

using namespace windows;

void set_standard_streams(std::span<const stdio_target, 3> streams) {
    const stream_places all[] = {
        {0, STD_INPUT_HANDLE, stdin, L"r"}, {1, STD_OUTPUT_HANDLE, stdout, L"w"}, {2, STD_ERROR_HANDLE, stderr, L"w"}};
    for (const stream_places& stream : all) {
        const stdio_target& target = streams[static_cast<std::size_t>(stream.number)];
        if (target.what == stdio_target::kind::inherit && standard_stream(stream.number) != no_handle()) continue;
        const bool handle = target.what == stdio_target::kind::handle;
        redirect(stream, handle ? duplicate_handle(target.handle) : open_null_device());
    }
}

unique_handle open_for_stdio(const std::string& path, bool write) {
    const file_mode reading{.read = true};
    const file_mode writing{.write = true, .create = true, .truncate = true};
    return open_file(path, write ? writing : reading);
}

}  // namespace brood::platform
