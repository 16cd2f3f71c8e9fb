// SPDX-License-Identifier: MIT
// All of brood, for programs that use it. brood itself includes only what it needs.
#pragma once

#include <brood/async.hpp>
#include <brood/barrier.hpp>
#include <brood/call.hpp>
#include <brood/condition_variable.hpp>
#include <brood/config.hpp>
#include <brood/connection.hpp>
#include <brood/error.hpp>
#include <brood/event.hpp>
#include <brood/exception.hpp>
#include <brood/exit_status.hpp>
#include <brood/file.hpp>
#include <brood/fork_process.hpp>
#include <brood/future.hpp>
#include <brood/handle.hpp>
#include <brood/init.hpp>
#include <brood/latch.hpp>
#include <brood/listener.hpp>
#include <brood/loan.hpp>
#include <brood/mutex.hpp>
#include <brood/pipe.hpp>
#include <brood/process.hpp>
#include <brood/process_options.hpp>
#include <brood/queue.hpp>
#include <brood/recreate.hpp>
#include <brood/recursive_mutex.hpp>
#include <brood/semaphore.hpp>
#include <brood/sentinel.hpp>
#include <brood/serialization.hpp>
#include <brood/shareable_list.hpp>
#include <brood/shared_array.hpp>
#include <brood/shared_memory.hpp>
#include <brood/shared_mutex.hpp>
#include <brood/shared_value.hpp>
#include <brood/start_method.hpp>
