// SPDX-License-Identifier: MIT
// BROOD_API marks what the shared library exports. BROOD_STATIC is set by the build for the static library.
#pragma once

#if defined(BROOD_STATIC)
#define BROOD_API
#elif defined(BROOD_DLL)  // a library whose symbols must be imported by name: set by the build where that is so
#if defined(BROOD_BUILDING)
#define BROOD_API __declspec(dllexport)
#else
#define BROOD_API __declspec(dllimport)
#endif
#else
#define BROOD_API __attribute__((visibility("default")))
#endif
