// SPDX-License-Identifier: MIT
// A bar that is drawn over itself on a terminal; elsewhere a line for each tenth part.
#include <brood/detail/progress_meter.hpp>

#include <brood/native/terminal.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

namespace brood::detail {
namespace {

using clock = std::chrono::steady_clock;

std::string digits(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 10 ? "%.1f" : "%.0f", value);
    return text;
}

std::string time_in_words(double seconds) {
    if (seconds < 60) return digits(seconds) + " s";
    char text[48];
    const auto whole = static_cast<unsigned long long>(std::min(seconds, 3.6e9));
    if (whole < 3600)
        std::snprintf(text, sizeof text, "%llu:%02llu", whole / 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%llu:%02llu:%02llu", whole / 3600, whole / 60 % 60, whole % 60);
    return text;
}

std::string rate_in_words(double per_second) {
    const char* unit = "";
    for (const char* larger : {"k", "M", "G"}) {
        if (per_second < 10'000) break;
        per_second /= 1000;
        unit = larger;
    }
    return digits(per_second) + unit + "/s";
}

}  // namespace

class progress_meter::bar {
public:
    explicit bar(std::optional<std::uint64_t> total)
        : total_(total), columns_(native::terminal_columns(native::stream::error)) {}

    void show(std::uint64_t done, bool last) {
        const auto now = clock::now();
        constexpr auto pause = std::chrono::milliseconds(100);
        if (columns_) {
            if (last || now - drawn_ >= pause) draw(done, now, last);
        } else if (const auto part = tenths(done); part > part_ || last) {
            part_ = part;
            say("progress: " + text(done, now) + "\n");
        }
    }

private:
    unsigned tenths(std::uint64_t done) const {
        return total_ && *total_ > 0 ? static_cast<unsigned>(10 * std::min(done, *total_) / *total_) : 0;
    }
    std::string text(std::uint64_t done, clock::time_point now) const {
        const double passed = std::chrono::duration<double>(now - begun_).count();
        const double rate = passed > 0 ? static_cast<double>(done) / passed : 0;
        std::string all = std::to_string(done);
        if (total_) all += "/" + std::to_string(*total_);
        all += ", " + rate_in_words(rate) + ", " + time_in_words(passed);
        if (total_ && done < *total_ && rate > 0)
            all += ", " + time_in_words(static_cast<double>(*total_ - done) / rate) + " left";
        return all;
    }
    void draw(std::uint64_t done, clock::time_point now, bool last) {
        drawn_ = now;
        std::string line = text(done, now);
        constexpr std::size_t least = 10, most = 40;
        const std::size_t room = *columns_ > line.size() + 4 ? *columns_ - line.size() - 4 : 0;
        if (total_ && *total_ > 0 && room >= least) {
            const auto width = std::min(room, most);
            const auto full =
                static_cast<std::size_t>(static_cast<double>(width) *
                                         (static_cast<double>(std::min(done, *total_)) / static_cast<double>(*total_)));
            line = "[" + std::string(full, '#') + std::string(width - full, '.') + "] " + line;
        }
        if (line.size() >= *columns_) line.resize(*columns_ - 1);
        say("\r" + line + "\x1b[K" + (last ? "\n" : ""));
    }
    // One piece, so that lines of others do not come between.
    static void say(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fflush(stderr);
    }

    const std::optional<std::uint64_t> total_;
    const std::optional<unsigned> columns_;
    const clock::time_point begun_ = clock::now();
    clock::time_point drawn_{};
    unsigned part_ = 0;
};

progress_meter::progress_meter(progress_option whom, std::optional<std::uint64_t> total)
    : call_(whom.call()), total_(total), bar_(whom.bar() ? std::make_unique<bar>(total) : nullptr) {}

progress_meter::~progress_meter() {
    if (bar_) bar_->show(done_, true);
}

void progress_meter::add(std::uint64_t elements) {
    done_ += elements;
    if (bar_) bar_->show(done_, false);
    if (call_) call_(done_, total_);
}

}  // namespace brood::detail
