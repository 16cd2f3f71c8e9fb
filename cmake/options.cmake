# SPDX-License-Identifier: MIT
# How everything of this repository is compiled, and the sources that a target takes.

find_program(BROOD_CCACHE ccache)
mark_as_advanced(BROOD_CCACHE)
if(BROOD_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${BROOD_CCACHE}")
endif()

# Private compile settings of a target of ours: language level, warnings, debug information, visibility.
function(brood_compile_options target)
    set_target_properties(
        ${target}
        PROPERTIES CXX_STANDARD 20
                   CXX_STANDARD_REQUIRED ON
                   CXX_EXTENSIONS OFF
                   CXX_VISIBILITY_PRESET hidden
                   VISIBILITY_INLINES_HIDDEN ON)
    # Debug information in every build type: stacks name functions, files and lines. Nothing more where nobody steps
    # through, for programs would be ten times as large.
    if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT BROOD_SANITIZE)
        set(debug_information -g)
    else()
        set(debug_information -g1)
    endif()
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow ${debug_information})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # g++ 12 sees overlapping copies inside std::string that are not there (its bug 105651).
        target_compile_options(${target} PRIVATE -Wno-restrict)
        if(MINGW)
            # Windows keeps the thread's block at address 0 of a segment: reading there is no overflow.
            target_compile_options(${target} PRIVATE --param=min-pagesize=0)
        endif()
    endif()
    if(BROOD_DEVELOP)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    if(BROOD_SANITIZE)
        target_compile_options(${target} PRIVATE -fsanitize=${BROOD_SANITIZE} -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
        target_link_options(${target} PUBLIC -fsanitize=${BROOD_SANITIZE})
    endif()
endfunction()

# Compiles the sources of a target several at a time, since most of the work is what they include. What one of them calls
# its own then meets the names of others: the same name for two things is refused, hiding one is not worth a warning.
function(brood_compile_together target)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    target_compile_options(${target} PRIVATE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

# Sets `result` to the .cpp files of the given folders (relative to this list file's folder or absolute).
# A name that ends in _windows or _posix belongs to that kind of system alone.
function(brood_sources result)
    set(patterns ${ARGN})
    list(TRANSFORM patterns APPEND "/*.cpp")
    file(GLOB sources CONFIGURE_DEPENDS ${patterns})
    if(WIN32)
        list(FILTER sources EXCLUDE REGEX "_posix\\.cpp$")
    else()
        list(FILTER sources EXCLUDE REGEX "_windows\\.cpp$")
    endif()
    set(${result} ${sources} PARENT_SCOPE)
endfunction()

# Puts a program into `folder` (relative) of the build tree and of an installation.
function(brood_place target folder)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
    if(BUILD_SHARED_LIBS AND NOT WIN32)
        file(RELATIVE_PATH up "/${folder}" "/")
        set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${up}${CMAKE_INSTALL_LIBDIR}")
    endif()
    install(TARGETS ${target} RUNTIME DESTINATION "${folder}")
endfunction()
