// SPDX-License-Identifier: MIT
// `brood top`: what this user's processes and pools are doing, again and again or once.
#pragma once

namespace tool {

struct top_options {
    bool once = false;
    bool json = false;
    double interval = 1;  // seconds between two looks; rates are taken over it
};

// Gives the exit code: 0; 2 when the system does not let one look. Without --once it goes on until it is interrupted,
// unless the standard output is no terminal.
int run_top(const top_options& options);

}  // namespace tool
