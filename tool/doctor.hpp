// SPDX-License-Identifier: MIT
// `brood doctor`: what this machine offers, what it limits, and what to do about it.
#pragma once

namespace tool {

struct doctor_options {
    bool json = false;
};

// Gives the exit code: 0 when all that brood needs is there, 1 when something is not.
int run_doctor(const doctor_options& options);

}  // namespace tool
