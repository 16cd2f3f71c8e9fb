// SPDX-License-Identifier: MIT
// All of brood, for programs that use it. brood itself includes only what it needs.
#pragma once

#include <brood/async.hpp>
#include <brood/call.hpp>
#include <brood/config.hpp>
#include <brood/connection.hpp>
#include <brood/error.hpp>
#include <brood/exception.hpp>
#include <brood/exit_status.hpp>
#include <brood/file.hpp>
#include <brood/fork_process.hpp>
#include <brood/future.hpp>
#include <brood/handle.hpp>
#include <brood/init.hpp>
#include <brood/listener.hpp>
#include <brood/process.hpp>
#include <brood/process_options.hpp>
#include <brood/recreate.hpp>
#include <brood/sentinel.hpp>
#include <brood/serialization.hpp>
#include <brood/start_method.hpp>
