# SPDX-License-Identifier: MIT
# Installation: headers, library, CMake package, pkg-config file, program, tour; and the Debian package of all of it.
include(CMakePackageConfigHelpers)

set(brood_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/brood")
install(DIRECTORY include/brood DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_BINARY_DIR}/include/brood/config.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/brood")
install(TARGETS brood EXPORT brood-targets)
install(EXPORT brood-targets NAMESPACE brood:: DESTINATION "${brood_cmake_dir}")
configure_package_config_file(cmake/package/brood-config.cmake.in brood-config.cmake
                              INSTALL_DESTINATION "${brood_cmake_dir}")
write_basic_package_version_file(brood-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/brood-config.cmake" "${PROJECT_BINARY_DIR}/brood-config-version.cmake"
        DESTINATION "${brood_cmake_dir}")

# pkg-config. Without a shared library a user always needs what the static one needs.
get_target_property(brood_pc_libs brood INTERFACE_LINK_OPTIONS)
list(TRANSFORM brood_pc_libs REPLACE "^LINKER:" "-Wl,")
set(brood_pc_libs_private -pthread)
foreach(library IN LISTS brood_system_libraries)
    list(APPEND brood_pc_libs_private "-l${library}")
endforeach()
if(BUILD_SHARED_LIBS)
    set(brood_pc_cflags -pthread)
    list(APPEND brood_pc_libs -pthread)
else()
    set(brood_pc_cflags -DBROOD_STATIC -pthread)
    list(APPEND brood_pc_libs ${brood_pc_libs_private})
    set(brood_pc_libs_private "")
endif()
foreach(flags brood_pc_cflags brood_pc_libs brood_pc_libs_private)
    list(JOIN ${flags} " " ${flags})
endforeach()
# The file finds its prefix from where it lies, so a moved installation works.
file(RELATIVE_PATH brood_pc_up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" brood_pc_up "${brood_pc_up}")
configure_file(cmake/package/brood.pc.in brood.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/brood.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME brood)
set(CPACK_PACKAGE_VENDOR "brood contributors")
set(CPACK_PACKAGE_CONTACT "brood contributors <brood@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "Runs C++ functions, methods and objects in other processes, the same way on\nevery system. Library, headers and the brood program.")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/package")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcereal-dev, libboost1.81-dev")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
