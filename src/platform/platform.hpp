// SPDX-License-Identifier: MIT
// The contract between brood and an operating system: everything a port supplies, and nothing else of brood knows the
// system. A port is a set of .cpp files that the build picks (posix/ shared, linux/, darwin/, windows/).
//
// Rules for every function here:
//  - text is UTF-8; paths too. No function interprets the locale.
//  - failure throws std::system_error with the system's code, unless the entry says otherwise. EINTR is never visible.
//  - no function leaves a handle open that it does not return; every handle made here is private to this process
//    (close-on-exec, not inheritable) and, on POSIX, never descriptor 0, 1 or 2.
//  - no function raises SIGPIPE, installs a SIGCHLD handler or waits for a child that it was not given.
//  - functions may be called from several threads at once, on different objects.
//  - "fork: yes" marks what may be called in a child that was forked from a process with threads.
#pragma once

#include <brood/config.hpp>
#include <brood/error.hpp>
#include <brood/exit_status.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brood::platform {

using handle_t = native_handle_type;

// ---- time ---------------------------------------------------------------------------------------------------------

// When a wait ends: never (nullopt) or a time of the monotonic clock.
using deadline = std::optional<std::chrono::steady_clock::time_point>;

// ---- handles ------------------------------------------------------------------------------------------------------

// The value that is no handle: -1 (POSIX), null (Windows).
handle_t no_handle() noexcept;
// Closes; `no_handle()` is ignored; errors are. fork: yes.
void close_handle(handle_t handle) noexcept;
// A second handle of the same object.
class unique_handle;
unique_handle duplicate_handle(handle_t handle);

// Owns one handle. Move-only.
class unique_handle {
public:
    unique_handle() noexcept : handle_(no_handle()) {}
    explicit unique_handle(handle_t handle) noexcept : handle_(handle) {}
    unique_handle(unique_handle&& other) noexcept : handle_(std::exchange(other.handle_, no_handle())) {}
    unique_handle& operator=(unique_handle&& other) noexcept {
        if (this != &other) reset(std::exchange(other.handle_, no_handle()));
        return *this;
    }
    ~unique_handle() { close_handle(handle_); }
    handle_t get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != no_handle(); }
    void reset(handle_t handle = no_handle()) noexcept { close_handle(std::exchange(handle_, handle)); }
    handle_t release() noexcept { return std::exchange(handle_, no_handle()); }

private:
    handle_t handle_;
};

// ---- processes ----------------------------------------------------------------------------------------------------

// Where a standard stream of a child leads. `inherit` is the parent's own stream (the null device if that is closed).
struct stdio_target {
    enum class kind : std::uint8_t { inherit, null, handle } what = kind::inherit;
    handle_t handle{};  // kind::handle: borrowed, must stay open until the child was started
};

// What is asked of a child by send_request.
enum class request : std::uint8_t { interrupt, terminate, kill };

// One process that this process started, as its starter holds it.
struct child {
    process_id pid = 0;
    // Becomes ready when the process ends (pidfd, process handle); the descendants of the process never hold it back.
    unique_handle process;
    // Kept open as long as the child may live: its closing, also by the death of this process, ends the child at once.
    unique_handle lifeline;
    bool forked = false;  // it began with a copy of this process's memory
    // Windows: the job that holds the child and its descendants; unused elsewhere.
    unique_handle job;
};

struct spawn_spec {
    std::string executable;                 // path of the program
    std::vector<std::string> arguments;     // from argv[0] on
    std::vector<std::string> environment;   // all of it, "NAME=value"; the port adds the bootstrap variable
    std::string directory;                  // empty: this process's
    std::array<stdio_target, 3> stdio;      // stdin, stdout, stderr
    std::vector<handle_t> inherit;          // borrowed; the child gets them under the same value
    handle_t session_memory = no_handle();  // borrowed; the child finds it in its bootstrap
    handle_t session_keeper = no_handle();  // POSIX: the same (handle_keeper.hpp)
    bool receive_ctrl_c = false;            // false: Ctrl-C of the terminal does not reach the child
    bool background = false;  // POSIX: out of the terminal's session, every signal that can be is held back
    std::string note;         // short text without ':' that adopt_bootstrap() hands to the child
};

struct spawned {
    platform::child child;
    unique_handle channel;  // this end of a channel whose other end adopt_bootstrap() gives in the child
};

// Starts a program that inherits nothing but its standard streams, the channel and the lifeline. Blocks until the
// program was loaded. The cost does not grow with the size of this process.
// Windows: a command line over 32,766 UTF-16 units throws ERROR_FILENAME_EXCED_RANGE (the system's own code).
spawned spawn_process(const spawn_spec& spec);

// What a process that spawn_process started finds. Read once, when the library is loaded, before main; the bootstrap
// variable is removed from the environment and the handles made private. Windows: from then on no error opens a dialog
// box, and abort() and std::terminate (an exception that leaves a static initialiser) end the process with 0xE0B00006.
struct bootstrap {
    unique_handle channel;
    unique_handle lifeline;
    process_id parent = 0;
    unique_handle parent_process;  // becomes ready when the parent ends; Windows only, elsewhere the lifeline serves
    unique_handle session_memory;  // as given by the parent, or none
    unique_handle session_keeper;  // POSIX: the same
    std::string note;
};
std::optional<bootstrap> adopt_bootstrap();

// From now on this process ends at once, without running exit handlers, when the other end of the lifeline is closed,
// even while it is blocked in foreign code. Windows: also starts to serve interrupt and terminate requests.
// Takes ownership; may be called once in a process and again in its forked child.
void obey_lifeline(unique_handle lifeline, unique_handle parent_process);
// True while the other end of the lifeline given to obey_lifeline() is open.
bool lifeline_intact() noexcept;

// The two ends of a lifeline: `first` is for the child, `second` for the parent (POSIX; spawn_process makes its own).
std::pair<unique_handle, unique_handle> make_lifeline();

// Forks. In the child it returns with `pid` 0; of brood's own handles only those in `keep` stay open there, the
// program's stay as they are. In the parent the result has `pid` and `process`. Standard output is flushed first.
// Windows: throws std::errc::not_supported.
child fork_process(std::span<const handle_t> keep);
// In a forked child: from now on Ctrl-C of the terminal does not reach this process.
void leave_terminal_group() noexcept;
// In a child of the fork server: from now on Ctrl-C of the terminal reaches this process as it does `relative`.
void join_terminal_group(process_id relative) noexcept;

// Waits until the process ended, takes its status and lets the system forget it; nullopt when the deadline came first
// (a deadline in the past: only looks). Call it once after it gave a status: no. `lost` when another waiter took it.
std::optional<exit_status> reap(child& process, deadline until);
// The status of a process that ended, without taking it: the system keeps the process (and its pid) for a later reap().
std::optional<exit_status> peek_status(child& process);

// Asks or forces the process to end. A process that already ended is not an error. Windows: interrupt and terminate
// are requests on the lifeline, served by the child; `kill` ends the whole job.
void send_request(const child& process, request what);

// This process.
process_id current_process_id() noexcept;
// Number of threads of this process, brood's own helpers not counted (see helper_thread).
std::size_t thread_count();
// A path that starts this very program: that of the running image, or, when the file there was replaced or deleted
// since this process started, another path to the same image (Linux: /proc/PID/exe); throws when there is none.
std::string executable_path();
// Logical processors that this process may use (affinity; cgroup quota rounded up, at least 1). Never 0.
std::size_t usable_processors();
// Environment of this process as "NAME=value" strings.
std::vector<std::string> environment();
// The working directory.
std::string working_directory();

// What a child does to itself before it runs a target, each throws std::system_error.
void set_environment(std::span<const std::string> all);
void set_working_directory(const std::string& directory);
void set_standard_streams(std::span<const stdio_target, 3> streams);
void set_affinity(std::span<const unsigned> processors);
void set_niceness(int niceness);             // -20 to 19; Windows: the nearest priority class
void set_memory_limit(std::uint64_t bytes);  // address space; Windows: committed memory of this process
// Standard stream 0, 1 or 2 of this process (borrowed), or no_handle() when it is closed; and a text that stays the
// same as long as that stream leads to the same file, pipe or terminal.
handle_t standard_stream(int number) noexcept;
std::string stream_identity(int number);
// Gives a handle that came over a channel the value under which its sender knows it; for children that spawn_process
// did not start for the purpose (fork server, reserve). Windows: throws std::errc::not_supported.
void place_handle(unique_handle handle, handle_t wanted);
// Before place_handle(): moves `handles` and this process's lifeline out of the way, to values above `highest`.
// Windows: throws std::errc::not_supported.
void clear_places(handle_t highest, std::span<unique_handle* const> handles);
// Opens a file for a redirected standard stream: for reading, or for writing from its start (created, truncated).
unique_handle open_for_stdio(const std::string& path, bool write);

// Ends the process now: no handlers, no flushing. fork: yes.
[[noreturn]] void exit_now(int code) noexcept;
// In a forked child, before user code: exit handlers and destructors registered from now on run at exit, those that the
// parent had registered do not. `finish` runs between them. (Linux; elsewhere inherited handlers run too.)
void fence_exit_handlers(void (*finish)() noexcept);

// ---- channel: a two-way byte stream between two processes, which also carries handles -----------------------------

struct channel_pair {
    unique_handle ours, theirs;
};
channel_pair make_channel();

enum class io_result : std::uint8_t { ok, end, timeout };

// Writes all of the parts in order; blocks while the peer is slow. `end` when the peer is gone (whatever was not read
// is lost). `peer_process`: a waitable process handle whose death also ends the wait, or no_handle().
io_result channel_write(handle_t channel, std::span<const std::span<const std::byte>> parts, handle_t peer_process,
                        deadline until);
// Fills all of `into`. `end` when the stream ended first, or when `peer_process` ended and nothing is left to read.
io_result channel_read(handle_t channel, std::span<std::byte> into, handle_t peer_process, deadline until);
// Gives the peer a copy of each handle, in order. `peer_process`: this process's handle of the peer or no_handle(); on
// Windows exactly one side of a channel has it and does the copying for both directions, elsewhere it is not used for
// that. The sender keeps its own handles and keeps them open until the peer has confirmed the message.
io_result channel_send_handles(handle_t channel, std::span<const handle_t> handles, handle_t peer_process);
// Writes a few bytes without blocking, waiting or allocating, as a crash handler must; what does not fit is lost.
void channel_write_from_crash(handle_t channel, std::span<const std::byte> bytes) noexcept;
io_result channel_receive_handles(handle_t channel, std::size_t count, std::vector<unique_handle>& into,
                                  handle_t peer_process, deadline until);

// Something to wait for. `event` is an object of the system that is signalled or not (Windows). `socket` and `messages`
// are links and acceptors of socket.hpp, which makes their waitables.
struct waitable {
    enum class kind : std::uint8_t { process, channel, event, socket, messages } what = kind::process;
    handle_t handle{};
    std::atomic<unsigned>* empty_messages = nullptr;  // kind::messages: counts those that waiting took away
};
// Blocks until at least one is ready (a channel: there are bytes to read or its end was reached) and gives the indices
// of all that are; empty when the deadline came first. Any number of them on every system.
std::vector<std::size_t> wait_many(std::span<const waitable> what, deadline until);

// ---- memory of another process ------------------------------------------------------------------------------------

// Copies bytes to or from the memory of a living process that this process started; one copy, no buffer between.
// False when the system does not allow it (then the channel is used), also when the peer ended on the way.
bool copy_to_process(const child& process, std::uint64_t remote_address, std::span<const std::byte> from) noexcept;
bool copy_from_process(const child& process, std::uint64_t remote_address, std::span<std::byte> to) noexcept;

// A hint that `size` bytes at `address` are about to be filled for the first time (Linux: huge pages where allowed).
void prepare_to_fill(void* address, std::size_t size) noexcept;
// Has the system supply the pages of memory that another thread may be filling just now. False: it would not.
bool supply_pages(void* address, std::size_t size) noexcept;
#if defined(__linux__)
inline constexpr bool supplies_pages = true;
#else
inline constexpr bool supplies_pages = false;
#endif

// ---- named memory -------------------------------------------------------------------------------------------------
//
// Memory that any process of the user may open by its name, in the form that CPython gives it: a POSIX shared memory
// object "/name", or a section of the page file. The system keeps a POSIX name until it is removed, so each is recorded
// for the session that made it; the record is what ends it after a kill -9 (docs/design/012). On Windows the first
// process of the session holds the memory, and the system does the rest: the functions about sessions do nothing.

// The processes under one that no other started: its number, and when it started, which tells it from later owners of
// the number.
struct session {
    process_id root = 0;
    std::uint64_t born = 0;
};
// When the process started, in the system's count; 0 when there is none.
std::uint64_t process_birth(process_id pid) noexcept;
// Bytes of it that are in memory; 0 when there is none or the system does not say.
std::uint64_t memory_of_process(process_id pid) noexcept;

// Memory of a name in this process. Move-only; a forked child has it too.
class mapped_memory {
public:
    mapped_memory() noexcept = default;
    mapped_memory(std::byte* address, std::size_t size) noexcept : address_(address), size_(size) {}
    mapped_memory(mapped_memory&& other) noexcept;
    mapped_memory& operator=(mapped_memory&& other) noexcept;
    ~mapped_memory();
    std::span<std::byte> bytes() const noexcept { return {address_, size_}; }
    // Shows less of it.
    void shrink(std::size_t size) noexcept { size_ = size; }
    // Handles that are closed with it (Windows: the name lasts as long as somebody has one).
    std::array<unique_handle, 2> kept;

private:
    std::byte* address_ = nullptr;
    std::size_t size_ = 0;
};

// What CPython's generated names begin with on this system.
const char* memory_name_prefix() noexcept;
// Makes memory of that size, zeroed and with all of it set aside, so that using it cannot fail later. The name appears
// when all else is done. Throws std::errc::file_exists, filename_too_long, no_space_on_device...
mapped_memory create_named_memory(const std::string& name, std::size_t size, const session& owner);
// Throws std::errc::no_such_file_or_directory; resource_unavailable_try_again when its maker has not sized it yet.
// Windows: the size is that of whole pages.
mapped_memory open_named_memory(const std::string& name);
// Takes the name away; the memory ends with its last mapping. `here`: the session of this process. Throws
// std::errc::no_such_file_or_directory.
void unlink_named_memory(const std::string& name, const session& here);

// A handle for a process that is to watch the session, to be inherited by it; nothing when one does already. It is
// watched as long as a copy of the handle is open.
unique_handle claim_watch(const session& watched);
// In that process: blocks until the session's processes ended, then removes what it left.
void watch_session(const session& watched);
// Removes what the session left, at the end of its first process. Safe in exit handlers.
void end_session(const session& ended) noexcept;
// Removes what sessions of this user left that have ended with nobody watching. Where it cannot, it does nothing.
void end_dead_sessions() noexcept;

// ---- code ---------------------------------------------------------------------------------------------------------

// A program or shared library in this process's memory.
struct module {
    std::string path;               // of the file; for the program itself too
    std::uintptr_t base = 0;        // offsets count from here (0 for a Linux program linked at a fixed address)
    std::uintptr_t code_begin = 0;  // its executable pages
    std::uintptr_t code_end = 0;
    std::string build_id;  // bytes: GNU build-id, LC_UUID, PE RSDS GUID and age; else a hash of the code
    bool program = false;  // the main program
};
// All modules loaded now, the program first.
std::vector<module> loaded_modules();
// The module that holds the address; nullopt if none does. Costs tens of nanoseconds.
std::optional<module> module_of(const void* address);
// Loads a shared library as a plugin; throws std::runtime_error with the loader's own text. It is never unloaded.
void load_module(const std::string& path);

// The same as module_of without allocating or (Linux, Windows) locking, so that a crash sink may call it. The views
// last as long as the module is loaded. Before module_of or loaded_modules met the module, `path` may be relative or
// empty, and a build id that is a hash may be missing.
struct module_view {
    static constexpr std::size_t max_build_id = 32;
    std::string_view path;
    std::uintptr_t base = 0;
    std::uintptr_t code_begin = 0;
    std::uintptr_t code_end = 0;
    std::array<char, max_build_id> build_id_bytes{};
    std::size_t build_id_size = 0;
    bool program = false;
    std::string_view build_id() const noexcept { return {build_id_bytes.data(), build_id_size}; }
};
std::optional<module_view> view_module(const void* address) noexcept;  // fork: yes

// Up to `into.size()` places of this thread's stack, innermost first, the caller of this function first, `skip` frames
// left out; gives how many. A place is an address inside the call (one byte before the return address).
std::size_t capture_stack(std::span<std::uintptr_t> into, std::size_t skip) noexcept;
// What debug information (else the symbol table) says about a place in this process: the functions that were inlined
// there, innermost first, and the one that holds them; never empty. Windows: no file and line.
stack_trace describe_address(std::uintptr_t address);
std::string demangle(const char* name);

// Calls `observer` at each C++ throw in this process, at the throw point, before unwinding; null to stop. It gets the
// thrown object and the stack, the thrower first. `throw;` and std::rethrow_exception are not reported.
// POSIX: a program that links the C++ runtime statically is not observed. macOS: only throws of code that was linked
// with brood are.
using throw_observer = void (*)(const void* object, std::span<const std::uintptr_t> stack) noexcept;
void observe_throws(throw_observer observer) noexcept;
// The stack of a crash is written to `sink` (called in the crashed context: async-signal-safe code only) before the
// process ends as it would have. `signal` is the POSIX number, `native` the NTSTATUS or 0. Handlers that the program
// installed before or installs later win. abort() and std::terminate count; on Windows they end the process with
// 0xE0B00006. POSIX: the stack overflow of a thread other than the one that called this is not recorded.
using crash_sink = void (*)(int signal, std::uint32_t native, std::span<const std::uintptr_t> frames) noexcept;
void record_crashes(crash_sink sink);

// ---- start-up and fork hooks ----------------------------------------------------------------------------------------

// While one lives, other threads of this process wait before they fork. A fork copies the table of handles first and
// the memory later: what a helper thread did in between would be in the child's memory without its handles. For a few
// steps, none of which forks or waits; may be nested. Windows: without effect.
class fork_exclusion {
public:
    fork_exclusion() noexcept;
    ~fork_exclusion();
    fork_exclusion(const fork_exclusion&) = delete;
    fork_exclusion& operator=(const fork_exclusion&) = delete;
};

// Marks the calling thread as one of brood's own for thread_count(); RAII.
class helper_thread {
public:
    helper_thread() noexcept;
    ~helper_thread();
    helper_thread(const helper_thread&) = delete;
    helper_thread& operator=(const helper_thread&) = delete;
};

// ---- files ----------------------------------------------------------------------------------------------------------

struct file_mode {
    bool read = false, write = false, append = false, create = false, truncate = false, exclusive = false;
};
unique_handle open_file(const std::string& path, file_mode mode);
std::size_t read_file(handle_t file, std::span<std::byte> into);         // 0 at the end
std::size_t write_file(handle_t file, std::span<const std::byte> from);  // all of it
enum class seek_from : std::uint8_t { begin, current, end };
std::uint64_t seek_file(handle_t file, std::int64_t offset, seek_from whence);  // gives the new position

}  // namespace brood::platform
