// SPDX-License-Identifier: MIT
// How an address in code crosses between processes: as the build id of its program or library and an offset there.
#pragma once

#include <brood/export.hpp>

namespace brood {
class input_archive;
class output_archive;
}  // namespace brood

namespace brood::detail {

// Writes an address of code, which may be null. Throws serialization_error when it lies in no program or library.
BROOD_API void save_code(output_archive& archive, const void* address);

// Reads it back as the same code of this process, loading the library if it must. Throws bootstrap_error when this
// process has another build of it or cannot load it, serialization_error when the bytes name no code.
BROOD_API const void* load_code(input_archive& archive);

}  // namespace brood::detail
