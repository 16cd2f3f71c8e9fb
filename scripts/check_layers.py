#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the layers: who may include whom, where the operating system may be named, how long files and functions may be.

    check_layers.py [ROOT]      prints what is wrong, one line each; exit code 1 if anything is

A file includes its own layer and lower ranks only: neither upward nor sideways.
"""

import re
import statistics
import sys
from pathlib import Path

RANK = {
    "base": 0,
    "platform": 1,
    "codec": 2, "arena": 2,
    "sync": 3, "channel": 3,
    "process": 4,
    "memory": 5, "pool": 5, "manager": 5,
    "mpi": 6,
    "all": 6,  # the umbrella header
    "tool": 7, "examples": 7, "bench": 7,
}

# The layer of each public header, by its path under include/brood. A folder stands for what is in it.
PUBLIC = {
    "brood.hpp": "all",
    "async.hpp": "process",
    "barrier.hpp": "sync",
    "call.hpp": "codec",
    "combinators.hpp": "pool",
    "condition_variable.hpp": "sync",
    "config.hpp": "base",
    "connection.hpp": "channel",
    "containers.hpp": "sync",
    "error.hpp": "base",
    "event.hpp": "sync",
    "exception.hpp": "codec",
    "exception_origin.hpp": "codec",
    "exit_status.hpp": "base",
    "export.hpp": "base",
    "file.hpp": "codec",
    "fork_process.hpp": "process",
    "future.hpp": "process",
    "handle.hpp": "codec",
    "init.hpp": "process",
    "latch.hpp": "sync",
    "listener.hpp": "channel",
    "loan.hpp": "codec",
    "managed_containers.hpp": "manager",
    "managed_type.hpp": "manager",
    "manager.hpp": "manager",
    "mutex.hpp": "sync",
    "outcome.hpp": "codec",
    "pipe.hpp": "channel",
    "pool.hpp": "pool",
    "pool_options.hpp": "pool",
    "process.hpp": "process",
    "process_options.hpp": "process",
    "proxy.hpp": "manager",
    "queue.hpp": "channel",
    "recreate.hpp": "codec",
    "recursive_mutex.hpp": "sync",
    "result_stream.hpp": "pool",
    "semaphore.hpp": "sync",
    "sentinel.hpp": "process",
    "serialization.hpp": "codec",
    "shareable_list.hpp": "memory",
    "shared_array.hpp": "sync",
    "shared_future.hpp": "process",
    "shared_memory.hpp": "memory",
    "shared_mutex.hpp": "sync",
    "shared_value.hpp": "sync",
    "start_method.hpp": "process",
    "stop_token.hpp": "sync",
    "thread_pool.hpp": "pool",
    "worker_local.hpp": "pool",
    "worker_stats.hpp": "pool",
    "detail/": "codec",
    "detail/array_block.hpp": "sync",
    "detail/arrivals.hpp": "pool",
    "detail/async_map.hpp": "pool",
    "detail/batch.hpp": "pool",
    "detail/chunk.hpp": "pool",
    "detail/chunk_bytes.hpp": "pool",
    "detail/chunk_part.hpp": "pool",
    "detail/chunk_planner.hpp": "pool",
    "detail/chunk_run.hpp": "pool",
    "detail/collectors.hpp": "pool",
    "detail/element_source.hpp": "pool",
    "detail/future_state.hpp": "process",
    "detail/held_open.hpp": "pool",
    "detail/imap_source.hpp": "pool",
    "detail/local_state.hpp": "process",
    "detail/managed.hpp": "manager",
    "detail/pool_chunk.hpp": "pool",
    "detail/pool_core.hpp": "pool",
    "detail/pool_interface.hpp": "pool",
    "detail/process_state.hpp": "process",
    "detail/progress_meter.hpp": "pool",
    "detail/ready_gate.hpp": "process",
    "detail/registered_names.hpp": "manager",
    "detail/remote_call.hpp": "manager",
    "detail/task_bytes.hpp": "pool",
    "detail/thread_task.hpp": "pool",
    "detail/waitable.hpp": "base",
    "stop_token.hpp": "sync",
    "thread_pool.hpp": "pool",
    "wait.hpp": "codec",
    "worker_local.hpp": "pool",
    "worker_stats.hpp": "pool",
    "native/": "platform",
    "native/activity.hpp": "pool",
}

# The files outside the ports that need the system's headers: an example's hashing by a library of Windows, and another
# one's terminal device.
SYSTEM_LIBRARY_USERS = {"examples/sha256_tree/hash_windows.cpp", "examples/instrument/serial_line_posix.cpp"}

# A port uses its own folder and those that it shares.
PORTS = {"posix": {"posix"}, "linux": {"linux", "posix"}, "darwin": {"darwin", "posix"}, "windows": {"windows"}}

USERS = ("tool", "examples", "bench")
FOLDERS = ("src", "include", *USERS)
SUFFIXES = {".cpp", ".hpp", ".h", ".in"}
FILE_LIMIT = 500
FUNCTION_LIMIT = 80
CONTRACT_LIMIT = 40

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
OS_MACRO = re.compile(
    r"\b(_WIN32|_WIN64|WIN32|__MINGW32__|__MINGW64__|__CYGWIN__|_MSC_VER|__linux__|__linux|__gnu_linux__|__APPLE__"
    r"|__MACH__|__unix__|__unix|__FreeBSD__|__ANDROID__|_POSIX_[A-Z_]+)\b")
OS_HEADER = re.compile(
    r"^(sys|linux|asm|mach|mach-o|netinet|arpa|net|bits|dispatch)/|"
    r"^(windows|winsock2?|ws2tcpip|winternl|ntstatus|psapi|dbghelp|tlhelp32|bcrypt|shellapi|shlobj|io|process|direct|"
    r"unistd|fcntl|signal|pthread|dlfcn|poll|spawn|sched|link|elf|execinfo|termios|pty|netdb|pwd|grp|dirent|ucontext|"
    r"semaphore|syscall|ifaddrs|libproc|crt_externs|mqueue|sysexits|syslog|utime|wait|strings|aio|ftw|glob|fnmatch|"
    r"libgen|langinfo|features)\.h$", re.I)


class Check:
    def __init__(self, root):
        self.root = root
        self.problems = []
        self.lengths = []

    def problem(self, path, line, text):
        self.problems.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def run(self):
        files = [path for folder in FOLDERS for path in sorted((self.root / folder).rglob("*"))
                 if path.suffix in SUFFIXES and path.is_file()]
        if not files:
            self.problems.append(f"{self.root}: no sources found")
        for path in files:
            self.check_file(path)
        return len(files)

    def check_file(self, path):
        text = path.read_text(encoding="utf-8")
        relative = path.relative_to(self.root)
        count = text.count("\n")
        if count > FILE_LIMIT:
            self.problem(path, count, f"{count} lines; a file has {FILE_LIMIT} at most")
        code = blank(text)
        own = self.layer_of_file(path)
        for match in INCLUDE.finditer(text):
            line = line_of(text, match.start())
            if code[match.start():match.end()].strip():  # not inside a comment or a string
                self.check_include(path, line, own, match.group(1), match.group(2))
        if not may_name_system(relative):
            for match in OS_MACRO.finditer(code):
                self.problem(path, line_of(code, match.start()),
                             f"{match.group(1)}: only src/platform and include/brood/native name a system")
        for name, first, last in functions(code):
            self.lengths.append(last - first + 1)
            if last - first + 1 > FUNCTION_LIMIT:
                self.problem(path, first, f"{name} has {last - first + 1} lines; a function has {FUNCTION_LIMIT} at most")

    def check_include(self, path, line, own, bracket, name):
        relative = path.relative_to(self.root)
        if OS_HEADER.match(name) and not may_name_system(relative):
            self.problem(path, line, f"<{name}>: only src/platform and include/brood/native include the system's headers")
        if own is None:
            return
        if bracket == "<" and name.startswith("brood/"):
            self.check_public_include(path, line, own, name)
        elif bracket == '"':
            self.check_private_include(path, line, own, name)

    def check_public_include(self, path, line, own, name):
        header = name.removeprefix("brood/")
        if own in USERS and header.startswith("detail/"):
            self.problem(path, line, f"<{name}> is not for users")
        other = layer_of_header(header)
        if other is None:
            self.problem(path, line, f"<{name}> has no layer: name it in PUBLIC of scripts/check_layers.py")
        elif not allowed(own, other):
            self.problem(path, line, f"{own} (rank {RANK[own]}) includes {other} (rank {RANK[other]}): <{name}>")

    def check_private_include(self, path, line, own, name):
        relative = path.relative_to(self.root)
        if relative.parts[0] == "include":
            self.problem(path, line, f'"{name}": public headers include each other as <brood/...>')
            return
        if relative.parts[0] in USERS:
            if not any((folder / name).is_file() for folder in (path.parent, self.root / relative.parts[0])):
                self.problem(path, line, f'"{name}" is private to the library')
            return
        if name.startswith("brood/"):
            self.problem(path, line, f'"{name}": public headers are included as <{name}>')
            return
        other = name.split("/")[0] if "/" in name else None
        if other not in RANK:
            self.problem(path, line, f'"{name}": private headers are included by their path under src')
        elif not allowed(own, other):
            self.problem(path, line, f'{own} (rank {RANK[own]}) includes {other} (rank {RANK[other]}): "{name}"')
        elif other == "platform":
            self.check_port(path, line, own, name)

    def check_port(self, path, line, own, name):
        parts = name.split("/")
        if len(parts) < 3:
            return
        mine = path.relative_to(self.root).parts[2] if own == "platform" else None
        if parts[1] in PORTS and parts[1] not in PORTS.get(mine, set()):
            self.problem(path, line, f'"{name}" belongs to one port; the contract is "platform/platform.hpp"')

    def layer_of_file(self, path):
        parts = path.relative_to(self.root).parts
        if parts[0] in USERS:
            return parts[0]
        if parts[0] == "src":
            if parts[1] in RANK:
                return parts[1]
            self.problem(path, 1, f"src/{parts[1]} is no layer")
            return None
        layer = layer_of_header("/".join(parts[2:]).removesuffix(".in"))
        if layer is None:
            self.problem(path, 1, "this header has no layer: name it in PUBLIC of scripts/check_layers.py")
        return layer


def allowed(own, other):
    return own == other or RANK[other] < RANK[own]


def may_name_system(relative):
    return (relative.parts[:2] == ("src", "platform") or relative.parts[:3] == ("include", "brood", "native")
            or relative.as_posix() in SYSTEM_LIBRARY_USERS)


def layer_of_header(header):
    if header in PUBLIC:
        return PUBLIC[header]
    for prefix in sorted((p for p in PUBLIC if p.endswith("/")), key=len, reverse=True):
        if header.startswith(prefix):
            return PUBLIC[prefix]
    return None


def line_of(text, position):
    return text.count("\n", 0, position) + 1


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\s\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])+\'', re.S)


def blank(text):
    """The text with comments and literals as blanks of the same size; the names in #include stay."""

    def replace(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if match.group().startswith('"') and re.match(r"\s*#\s*include", text[start:match.start()]):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return TOKEN.sub(replace, text)


NO_FUNCTION = re.compile(r"^(inline\s+)?(namespace|class|struct|union|enum|extern\s*$)|=\s*$|^concept\b"
                         r"|^requires\b.*\b(class|struct|union)\b[^()]*$", re.S)
INITIALIZERS = re.compile(r"\)\s*(noexcept\s*(\([^{}]*\))?\s*)?:(?!:)")


def functions(code):
    """(header, first line, last line) of each function body that is not inside another."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), code, flags=re.M)
    stack, start, found = [], 0, []
    inside = 0  # how many open braces belong to a function
    for match in re.finditer(r"[{};]", code):
        char, at = match.group(), match.start()
        if char == "{":
            header = code[start:at]
            kind = "function" if inside else kind_of(header)
            stack.append((kind, header, start, at))
            if kind in ("function", "braces"):
                inside += 1
            if kind != "braces":
                start = at + 1
        elif char == "}" and stack:
            kind, header, begin, _ = stack.pop()
            if kind in ("function", "braces"):
                inside -= 1
            if kind == "function" and not inside:
                first = begin + len(header) - len(header.lstrip())
                found.append((" ".join(header.split())[:60], line_of(code, first), line_of(code, at)))
            if kind == "braces":  # of a member's initializer: the header of the constructor goes on
                start = begin
            else:
                start = at + 1
        elif char == ";" and not inside:
            start = at + 1
    return found


def kind_of(header):
    text = header.strip()
    text = re.sub(r"^(public|private|protected)\s*:", "", text).strip()
    text = strip_template(text)
    if "(" not in text or NO_FUNCTION.search(text):
        return "scope"
    if INITIALIZERS.search(text) and re.search(r"[\w>]$", text):
        return "braces"
    return "function"


def strip_template(text):
    while text.startswith("template"):
        depth, end = 0, len(text)
        for index, char in enumerate(text):
            depth += (char == "<") - (char == ">")
            if char == ">" and depth == 0:
                end = index + 1
                break
        text = text[end:].strip()
    return text


def contract_size(root):
    """How many functions src/platform/platform.hpp asks of a port: what its namespace declares, classes left out."""
    path = root / "src/platform/platform.hpp"
    if not path.is_file():
        return None
    code = re.sub(r"^[ \t]*#[^\n]*", "", blank(path.read_text(encoding="utf-8")), flags=re.M)
    depth, declaration, count = 0, "", 0
    for char in code:
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif depth == 1 and char == ";":
            text = " ".join(declaration.split())
            if re.search(r"\w+\s*\(", text) and not re.match(r"(using|class|struct|enum)\b", text):
                count += 1
        if depth == 1 and char in ";{}":
            declaration = ""
        elif depth == 1:
            declaration += char
    return count


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent).resolve()
    check = Check(root)
    files = check.run()
    for problem in check.problems:
        print(problem)
    size = contract_size(root)
    if size is not None:
        note = "" if size <= CONTRACT_LIMIT else f" (warning: the aim is {CONTRACT_LIMIT} or fewer)"
        print(f"platform.hpp: {size} functions{note}")
    if check.lengths:
        print(f"{files} files, {len(check.lengths)} functions, median {statistics.median(check.lengths):g} lines, "
              f"{len(check.problems)} problems")
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main())
