# SPDX-License-Identifier: MIT
# Compiles a program that must not compile, and looks for what its comments expect in the compiler's output:
#   // expect: REGEX          from every compiler
#   // expect-g++: REGEX      from g++ alone
#   // expect-clang: REGEX    from clang++ alone
# cmake -DCOMPILER=g++ -DSOURCE=file.cpp "-DINCLUDES=dir;dir" ["-DFLAGS=flag;flag"] -P run.cmake
foreach(variable COMPILER SOURCE INCLUDES)
    if(NOT DEFINED ${variable})
        message(FATAL_ERROR "run.cmake: ${variable} is not set")
    endif()
endforeach()

execute_process(COMMAND "${COMPILER}" --version OUTPUT_VARIABLE version ERROR_QUIET)
if(version MATCHES "clang")
    set(family clang)
else()
    set(family g\\+\\+)
endif()

set(include_options ${INCLUDES})
list(TRANSFORM include_options PREPEND "-I")
execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env LC_ALL=C "${COMPILER}" -std=c++20 -fsyntax-only -DBROOD_STATIC ${FLAGS}
            ${include_options} "${SOURCE}"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} compiles, but it must not")
endif()

# What instantiation notes repeat may be broken over lines.
file(STRINGS "${SOURCE}" expectations REGEX "^// expect(-${family})?: ")
if(NOT expectations)
    message(FATAL_ERROR "${SOURCE} expects nothing of ${COMPILER}")
endif()
foreach(expectation IN LISTS expectations)
    string(REGEX REPLACE "^// expect[^:]*: " "" expected "${expectation}")
    if(NOT output MATCHES "${expected}")
        message(FATAL_ERROR "${COMPILER} did not say\n    ${expected}\nbut\n${output}")
    endif()
endforeach()
