// SPDX-License-Identifier: MIT
#include "platform/linux/processors.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sched.h>
#include <thread>

namespace brood::platform {
namespace {

// The limit of one group in processors: quota divided by period; 0 when there is none.
double quota_of(const std::string& quota_file, const std::string& period_file) {
    std::string quota;
    double period = 0;
    std::ifstream first(quota_file);
    if (!(first >> quota) || quota == "max") return 0;
    if (period_file.empty()) {
        first >> period;
    } else {
        std::ifstream(period_file) >> period;
    }
    const double limit = std::atof(quota.c_str());
    return limit > 0 && period > 0 ? limit / period : 0;
}

double quota_of(const control_group& group) {
    return group.version_2 ? quota_of(group.folder + "/cpu.max", {})
                           : quota_of(group.folder + "/cpu.cfs_quota_us", group.folder + "/cpu.cfs_period_us");
}

// Appends the group of a line of /proc/self/cgroup, "id:controllers:/path", and those above it.
void append_groups(const std::string& line, const std::string& controller, std::vector<control_group>& into) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) return;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version_2 = controllers.empty();
    if (!version_2 && (',' + controllers + ',').find(',' + controller + ',') == std::string::npos) return;
    const std::string mount = version_2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + controller;
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    for (;; path.erase(path.rfind('/'))) {
        into.push_back({mount + path, version_2});
        if (path.rfind('/') == path.npos) return;
    }
}

}  // namespace

std::vector<control_group> control_groups(const std::string& controller) {
    std::vector<control_group> found;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) append_groups(line, controller, found);
    return found;
}

double processor_quota() {
    double tightest = 0;
    for (const control_group& group : control_groups("cpu"))
        if (const double limit = quota_of(group); limit > 0 && (tightest == 0 || limit < tightest)) tightest = limit;
    return tightest;
}

std::size_t processors_by_affinity() {
    for (int processors = 1024; processors <= 1 << 20; processors *= 2) {
        const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(processors),
                                                                   [](cpu_set_t* p) { CPU_FREE(p); });
        const std::size_t size = CPU_ALLOC_SIZE(processors);
        if (set && ::sched_getaffinity(0, size, set.get()) == 0)
            return std::max<std::size_t>(1, static_cast<std::size_t>(CPU_COUNT_S(size, set.get())));
    }
    return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace brood::platform
