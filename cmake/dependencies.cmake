# SPDX-License-Identifier: MIT
# What brood needs from the system. Targets made here: brood_headers (header-only libraries that brood's public headers
# include), brood_developer_headers (those of tool and tests), brood_backtrace (Linux).
find_package(Threads REQUIRED)

# A cross build must not see the host's /usr/include, but header-only libraries may come from there: through a folder
# that holds links to just those.
set(BROOD_HOST_INCLUDE_DIR "/usr/include" CACHE PATH "Where a cross build finds header-only libraries")
if(CMAKE_CROSSCOMPILING)
    set(brood_header_links "${PROJECT_BINARY_DIR}/dependencies/include")
    file(MAKE_DIRECTORY "${brood_header_links}")
    foreach(library cereal boost doctest CLI nlohmann)
        if(EXISTS "${BROOD_HOST_INCLUDE_DIR}/${library}")
            file(CREATE_LINK "${BROOD_HOST_INCLUDE_DIR}/${library}" "${brood_header_links}/${library}" SYMBOLIC)
        endif()
    endforeach()
    set(brood_find_hint HINTS "${brood_header_links}" NO_CMAKE_FIND_ROOT_PATH)
endif()

find_path(brood_CEREAL_INCLUDE_DIR cereal/cereal.hpp ${brood_find_hint} REQUIRED)
find_path(brood_PFR_INCLUDE_DIR boost/pfr.hpp ${brood_find_hint} REQUIRED)
mark_as_advanced(brood_CEREAL_INCLUDE_DIR brood_PFR_INCLUDE_DIR)

add_library(brood_headers INTERFACE)
target_include_directories(brood_headers SYSTEM INTERFACE "${brood_CEREAL_INCLUDE_DIR}" "${brood_PFR_INCLUDE_DIR}")

add_library(brood_developer_headers INTERFACE)
if(CMAKE_CROSSCOMPILING)
    target_include_directories(brood_developer_headers SYSTEM INTERFACE "${brood_header_links}")
endif()

# libbacktrace is part of gcc and lies in its own folder. Clang links it from there, but does not see its headers, and
# must not see the others beside them: so these two get a folder of their own.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(gcc "${CMAKE_CXX_COMPILER}")
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        find_program(BROOD_GCC NAMES g++ g++-12 REQUIRED)
        set(gcc "${BROOD_GCC}")
    endif()
    execute_process(COMMAND "${gcc}" -print-file-name=libbacktrace.a OUTPUT_VARIABLE archive
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND "${gcc}" -print-file-name=include OUTPUT_VARIABLE gcc_headers
                    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    if(NOT IS_ABSOLUTE "${archive}" OR NOT EXISTS "${gcc_headers}/backtrace.h")
        message(FATAL_ERROR "libbacktrace was not found beside ${gcc}; Debian has it in libgcc-12-dev")
    endif()
    set(brood_backtrace_headers "${PROJECT_BINARY_DIR}/dependencies/backtrace")
    file(COPY "${gcc_headers}/backtrace.h" "${gcc_headers}/backtrace-supported.h"
         DESTINATION "${brood_backtrace_headers}")
    add_library(brood_backtrace INTERFACE)
    target_include_directories(brood_backtrace SYSTEM INTERFACE "${brood_backtrace_headers}")
endif()

# libcrypto's headers. The library itself is loaded when a handshake needs it.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    find_path(brood_OPENSSL_INCLUDE_DIR openssl/hmac.h REQUIRED)
    mark_as_advanced(brood_OPENSSL_INCLUDE_DIR)
endif()

# SHA-256 for the example that hashes files.
add_library(brood_digest INTERFACE)
if(WIN32)
    target_link_libraries(brood_digest INTERFACE bcrypt)
else()
    find_library(brood_SODIUM_LIBRARY sodium REQUIRED)
    find_path(brood_SODIUM_INCLUDE_DIR sodium.h REQUIRED)
    mark_as_advanced(brood_SODIUM_LIBRARY brood_SODIUM_INCLUDE_DIR)
    target_include_directories(brood_digest SYSTEM INTERFACE "${brood_SODIUM_INCLUDE_DIR}")
    target_link_libraries(brood_digest INTERFACE "${brood_SODIUM_LIBRARY}")
endif()

# Reading of programs and their debug information, for `brood check`.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    find_library(brood_DW_LIBRARY dw)
    find_library(brood_ELF_LIBRARY elf)
    find_path(brood_DW_INCLUDE_DIR elfutils/libdwfl.h)
    mark_as_advanced(brood_DW_LIBRARY brood_ELF_LIBRARY brood_DW_INCLUDE_DIR)
    if(brood_DW_LIBRARY AND brood_ELF_LIBRARY AND brood_DW_INCLUDE_DIR)
        add_library(brood_elfutils INTERFACE)
        target_include_directories(brood_elfutils SYSTEM INTERFACE "${brood_DW_INCLUDE_DIR}")
        target_link_libraries(brood_elfutils INTERFACE "${brood_DW_LIBRARY}" "${brood_ELF_LIBRARY}")
    else()
        message(STATUS "elfutils was not found (Debian: libdw-dev): the tool is built without 'brood check'")
    endif()
endif()
