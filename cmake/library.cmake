# SPDX-License-Identifier: MIT
# The library: brood::brood for its users, brood_internal for tests that look inside.
if(WIN32)
    set(brood_ports windows)
    set(BROOD_HAS_FORK 0)
    set(BROOD_NATIVE_HANDLE_TYPE "void*")
else()
    set(brood_ports posix linux)
    if(APPLE)
        set(brood_ports posix darwin)
    endif()
    set(BROOD_HAS_FORK 1)
    set(BROOD_NATIVE_HANDLE_TYPE "int")
endif()
list(TRANSFORM brood_ports PREPEND "${PROJECT_SOURCE_DIR}/src/platform/")
configure_file(include/brood/config.hpp.in include/brood/config.hpp @ONLY)

# Libraries of the system: part of the link line of whoever links the static library.
set(brood_system_libraries ${CMAKE_DL_LIBS})
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    list(APPEND brood_system_libraries backtrace)
elseif(WIN32)
    list(APPEND brood_system_libraries synchronization psapi shell32 advapi32 dbghelp bcrypt ws2_32 ntdll)
endif()

brood_sources(sources "${PROJECT_SOURCE_DIR}/src/base" "${PROJECT_SOURCE_DIR}/src/platform" ${brood_ports}
              "${PROJECT_SOURCE_DIR}/src/codec" "${PROJECT_SOURCE_DIR}/src/arena" "${PROJECT_SOURCE_DIR}/src/sync"
              "${PROJECT_SOURCE_DIR}/src/channel" "${PROJECT_SOURCE_DIR}/src/process" "${PROJECT_SOURCE_DIR}/src/memory"
              "${PROJECT_SOURCE_DIR}/src/pool" "${PROJECT_SOURCE_DIR}/src/manager")

# Compiled once; the shared library and the tests that look inside are made from the same objects.
add_library(brood_objects OBJECT ${sources})
set_target_properties(brood_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
brood_compile_options(brood_objects)
if(BROOD_FUZZ)
    target_compile_options(brood_objects PRIVATE -fsanitize=fuzzer-no-link)
endif()
if(BROOD_UNITY)
    brood_compile_together(brood_objects)
    # Whoever takes one file of the lower layers must not get the initialisers of the upper ones with it; and each file
    # of sync calls what it shares `state`.
    list(FILTER sources INCLUDE REGEX "/src/(base|platform|sync)/")
    set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endif()
# A function that others are to call is declared where its definition sees it: only so it is exported.
target_compile_options(brood_objects PRIVATE $<IF:$<CXX_COMPILER_ID:Clang,AppleClang>,-Wmissing-prototypes,-Wmissing-declarations>)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # Calls are bound when the program is loaded: a forked child would have to bind them again, each time.
    target_compile_options(brood_objects PRIVATE -fno-plt)
    # Except where a plain program is measured.
    set_source_files_properties("${PROJECT_SOURCE_DIR}/src/platform/posix/limits.cpp" PROPERTIES COMPILE_OPTIONS -fplt)
endif()
target_include_directories(brood_objects PRIVATE "${PROJECT_SOURCE_DIR}/src")
target_compile_definitions(brood_objects PRIVATE BROOD_BUILDING)
target_link_libraries(brood_objects PRIVATE $<TARGET_NAME_IF_EXISTS:brood_backtrace>)

add_library(brood $<TARGET_OBJECTS:brood_objects>)
add_library(brood::brood ALIAS brood)
set_target_properties(
    brood
    PROPERTIES LINKER_LANGUAGE CXX
               VERSION ${PROJECT_VERSION}
               SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
               ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib"
               LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib"
               RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

# What the objects and the users of the library share.
foreach(target brood_objects brood)
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                                                "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>")
    target_link_libraries(${target} PUBLIC Threads::Threads "$<BUILD_INTERFACE:brood_headers>")
    if(NOT BUILD_SHARED_LIBS)
        target_compile_definitions(${target} PUBLIC BROOD_STATIC)
    elseif(WIN32)
        target_compile_definitions(${target} PUBLIC BROOD_DLL)
    endif()
endforeach()
target_include_directories(brood INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
if(BUILD_SHARED_LIBS)
    target_link_libraries(brood PRIVATE ${brood_system_libraries})
else()
    target_link_libraries(brood INTERFACE ${brood_system_libraries})
endif()
if(BROOD_SANITIZE)
    target_link_options(brood PUBLIC -fsanitize=${BROOD_SANITIZE})
endif()

# Functions are named by the build id of their program or library: every one of them must have one.
if(NOT APPLE)
    target_link_options(brood PUBLIC "LINKER:--build-id")
endif()

# Hooks into the linking of programs that the stack of a throw needs.
include(throw_hook OPTIONAL)

add_library(brood_internal INTERFACE)
target_include_directories(brood_internal INTERFACE "${PROJECT_SOURCE_DIR}/src")
if(BUILD_SHARED_LIBS)
    # The shared library hides what is not public, its objects do not.
    target_sources(brood_internal INTERFACE $<TARGET_OBJECTS:brood_objects>)
    target_include_directories(brood_internal INTERFACE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
    target_link_libraries(brood_internal INTERFACE brood_headers Threads::Threads ${brood_system_libraries})
    target_link_options(brood_internal INTERFACE $<TARGET_PROPERTY:brood,INTERFACE_LINK_OPTIONS>)
else()
    target_link_libraries(brood_internal INTERFACE brood)
endif()

# Plugins share brood with the program that loads them only if it is a shared library; else they use its headers.
add_library(brood_plugin INTERFACE)
if(BUILD_SHARED_LIBS)
    target_link_libraries(brood_plugin INTERFACE brood)
else()
    target_include_directories(brood_plugin INTERFACE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
    target_link_libraries(brood_plugin INTERFACE brood_headers Threads::Threads)
    target_link_options(brood_plugin INTERFACE "LINKER:--build-id")
endif()
