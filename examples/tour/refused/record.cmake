# SPDX-License-Identifier: MIT
# Compiles a program that must be refused and keeps what the compiler said.
#   cmake -DCXX=compiler -DSOURCE=x.cpp "-DINCLUDES=dir;dir" -DOUTPUT=x.txt -P record.cmake
set(flags -std=c++20 -fsyntax-only -fdiagnostics-color=never)
foreach(directory IN LISTS INCLUDES)
    list(APPEND flags "-I${directory}")
endforeach()
cmake_path(GET SOURCE PARENT_PATH folder)
cmake_path(GET SOURCE FILENAME file)
execute_process(COMMAND "${CXX}" ${flags} "${file}" WORKING_DIRECTORY "${folder}" RESULT_VARIABLE result
                OUTPUT_VARIABLE message ERROR_VARIABLE message)
if(result EQUAL 0)
    message(FATAL_ERROR "${SOURCE} was accepted by the compiler, but it must be refused")
endif()
if(NOT message MATCHES "static assertion failed")
    message(FATAL_ERROR "${SOURCE} was refused, but not by a static assertion:\n${message}")
endif()
file(WRITE "${OUTPUT}" "${message}")
