#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The layer check finds each kind of offence in a small tree that holds just that offence, and none in a clean one."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "check_layers.py"

CLEAN = {
    "include/brood/brood.hpp": "#include <brood/process.hpp>\n#include <brood/error.hpp>\n",
    "include/brood/error.hpp": "#include <brood/export.hpp>\n// _WIN32 in a comment is fine\n",
    "include/brood/export.hpp": "",
    "include/brood/process.hpp": "#include <brood/error.hpp>\n",
    "include/brood/native/limits.hpp": "#include <windows.h>\n",
    "src/platform/platform.hpp": "namespace brood { int f(); void g(int a, int b); class c { int member(); }; }\n",
    "src/platform/linux/x.cpp": '#include "platform/platform.hpp"\n#include "platform/posix/fd.hpp"\n#include <unistd.h>\n',
    "src/platform/posix/fd.hpp": "#ifdef __linux__\n#endif\n",
    "src/codec/x.cpp": '#include "platform/platform.hpp"\n#include <brood/error.hpp>\nconst char* text = "__linux__";\n',
    "src/process/x.cpp": '#include "codec/x.hpp"\n#include "process/y.hpp"\n#include <brood/process.hpp>\n',
    "tool/main.cpp": '#include <brood/brood.hpp>\n#include "style.hpp"\n',
    "tool/style.hpp": "",
}


def long_function(lines, header="void f()"):
    return header + " {\n" + "    call();\n" * (lines - 2) + "}\n"


class CheckLayers(unittest.TestCase):
    def check(self, **files):
        """Runs the check on the clean tree with these files added; gives its exit code and what it printed."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in {**CLEAN, **files}.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout + done.stderr

    def refuses(self, name, text, *words):
        code, output = self.check(**{name: text})
        offences = [line for line in output.splitlines() if line.startswith(name + ":")]
        self.assertEqual((code, len(offences)), (1, 1), output)
        for word in words:
            self.assertIn(word, offences[0])

    def accepts(self, name, text):
        code, output = self.check(**{name: text})
        self.assertEqual(code, 0, output)

    def test_a_clean_tree_passes_and_the_contract_is_counted(self):
        code, output = self.check()
        self.assertEqual(code, 0, output)
        self.assertIn("platform.hpp: 2 functions", output)

    def test_an_upward_include_fails(self):
        self.refuses("src/codec/y.cpp", '#include "process/y.hpp"\n', "codec (rank 2) includes process (rank 4)")

    def test_a_sideways_include_fails(self):
        self.refuses("src/codec/y.cpp", '\n#include "arena/y.hpp"\n', ":2:", "codec (rank 2) includes arena (rank 2)")

    def test_an_upward_include_of_a_public_header_fails(self):
        self.refuses("src/base/y.cpp", "#include <brood/process.hpp>\n", "base (rank 0) includes process (rank 4)")

    def test_an_upward_include_between_public_headers_fails(self):
        self.refuses("include/brood/exit_status.hpp", "#include <brood/process.hpp>\n", "base (rank 0)")

    def test_a_public_header_without_a_layer_fails(self):
        self.refuses("include/brood/new.hpp", "", "no layer")

    def test_a_private_include_in_a_public_header_fails(self):
        self.refuses("include/brood/exit_status.hpp", '#include "base/x.hpp"\n', "public headers")

    def test_a_folder_that_is_no_layer_fails(self):
        self.refuses("src/misc/y.cpp", "", "src/misc is no layer")

    def test_a_private_header_included_without_its_folder_fails(self):
        self.refuses("src/codec/y.cpp", '#include "x.hpp"\n', "path under src")

    def test_a_tool_that_looks_into_the_library_fails(self):
        self.refuses("tool/y.cpp", '#include "platform/platform.hpp"\n', "private to the library")
        self.refuses("examples/y.cpp", "#include <brood/detail/target.hpp>\n", "not for users")

    def test_a_port_that_uses_another_port_fails(self):
        self.refuses("src/platform/windows/y.cpp", '#include "platform/posix/fd.hpp"\n', "one port")
        self.refuses("src/platform/posix/y.cpp", '#include "platform/linux/y.hpp"\n', "one port")
        self.refuses("src/process/y.cpp", '#include "platform/posix/fd.hpp"\n', "one port")

    def test_a_system_macro_outside_the_platform_layer_fails(self):
        for macro in ("_WIN32", "__linux__", "__APPLE__"):
            self.refuses("src/codec/y.cpp", f"#if defined({macro})\n#endif\n", macro)
            self.refuses("tool/y.cpp", f"#ifdef {macro}\n#endif\n", macro)

    def test_a_system_header_outside_the_platform_layer_fails(self):
        for header in ("windows.h", "unistd.h", "sys/wait.h", "mach/mach.h"):
            self.refuses("src/process/y.cpp", f"#include <{header}>\n", header)

    def test_a_commented_include_is_none(self):
        self.accepts("src/codec/y.cpp", '// #include "process/y.hpp"\n/*\n#include <unistd.h>\n*/\n')

    def test_a_file_over_500_lines_fails_and_one_of_500_passes(self):
        self.accepts("src/base/y.cpp", "\n" * 500)
        self.refuses("src/base/y.cpp", "\n" * 501, "501 lines")

    def test_a_function_over_80_lines_fails_and_one_of_80_passes(self):
        self.accepts("src/base/y.cpp", long_function(80))
        self.refuses("src/base/y.cpp", "int a;\n\n" + long_function(81), ":3:", "void f() has 81 lines")

    def test_long_functions_are_found_in_every_form(self):
        headers = ("template <class T>\nrequires foo<T>\nauto f(T t) const noexcept -> decltype(t)",
                   "thing::thing(int a) : a_{a}, b_(3), c_{4}", "bool operator==(const x& a, const x& b)",
                   'TEST_CASE("a { brace")')
        for header in headers:
            self.refuses("src/base/y.cpp", "namespace n {\nclass k {\npublic:\n" + long_function(90, header) + "};\n}\n",
                         "lines; a function has 80 at most")

    def test_a_long_class_of_short_functions_passes(self):
        self.accepts("src/base/y.cpp", "namespace n {\nstruct s : t {\n" + "    void f() { if (a) { b(); } }\n" * 100 + "};\n}\n")

    def test_a_tree_without_sources_fails(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(subprocess.run([sys.executable, SCRIPT, root], capture_output=True, check=False).returncode, 1)


if __name__ == "__main__":
    unittest.main()
