// SPDX-License-Identifier: MIT
// A measurement, from the instrument to the picture:
//
//   instrument        a process of its own, at the other end of a terminal device (simulated)
//   driver            an object in a manager, which is started again if it dies
//   acquisition       a process that asks the driver for samples and puts them into shared memory
//   analysis          a pool: each block of samples is a task, tried again if its worker dies
//   results           an HDF5 file, written by one object in another manager
//
//     instrument FILE.h5 [BLOCKS]       measures, and draws what it finds; then checks
//     instrument --check FILE.h5        checks that no sample is lost or doubled
//
// Kill the driver's process or the workers while it runs (the status line has their numbers): nothing is lost.
#include "analysis.hpp"
#include "driver.hpp"
#include "instrument.hpp"
#include "plot.hpp"
#include "protocol.hpp"
#include "samples.hpp"
#include "store.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using example::ring;

constexpr int workers = 2;
constexpr std::uint64_t usual_blocks = 80;  // five seconds

// ---- the instrument -----------------------------------------------------------------------------------------------

void play_instrument(const brood::connection<std::string>& tell) {
    example::instrument one;
    brood::connection<std::string>(tell).send(one.device());
    one.serve();
}

// ---- acquisition --------------------------------------------------------------------------------------------------

// The samples from `first` on. The driver's process may die under a call: then it is asked again, for the same ones.
std::vector<example::sample> read_samples(const brood::proxy<example::driver>& from, std::uint64_t first,
                                          std::size_t count) {
    for (int tries = 1;; ++tries) {
        try {
            return from.call<&example::driver::read>(first, count);
        } catch (const brood::process_died&) {
            if (tries == 10) throw;
        }
    }
}

void acquire(const brood::proxy<example::driver>& from, const ring& into, brood::counting_semaphore free,
             brood::connection<std::uint64_t> ready, std::uint64_t blocks) {
    for (std::uint64_t block = 0; block < blocks; ++block) {
        free.acquire();
        example::sample* const place = example::block_in(into, block);
        for (std::size_t got = 0; got < example::block_size;) {
            const auto more = read_samples(from, block * example::block_size + got, example::block_size - got);
            std::copy(more.begin(), more.end(), place + got);
            got += more.size();
        }
        ready.send(block);
    }
}

// ---- the measurement ----------------------------------------------------------------------------------------------

std::string numbers_of(const std::vector<brood::process_id>& pids) {
    std::string text;
    for (const auto pid : pids) text += ' ' + std::to_string(pid);
    return text;
}

class measurement {
public:
    explicit measurement(const std::filesystem::path& file) : file_(file) {}
    // Throws what ended it early.
    void run(std::uint64_t blocks);

private:
    void collect_one();
    std::string status_of(const example::spectrum& found, std::uint64_t stored) const;

    const std::filesystem::path file_;
    brood::manager driver_manager_{{.name = "driver", .restart = brood::restart_policy::on_crash(100)}};
    brood::manager store_manager_{{.name = "store"}};
    brood::pool pool_{{.workers = workers, .retries = 100, .name = "analysis"}};
    brood::proxy<example::store> store_ = store_manager_.create<example::store>(file_);
    const ring samples_{example::ring_blocks * example::block_size};
    brood::counting_semaphore free_{example::ring_blocks};
    std::deque<brood::future<example::spectrum>> running_;
    example::live_plot plot_;
};

void measurement::run(std::uint64_t blocks) {
    auto [device, tell] = brood::pipe<std::string>(brood::one_way);
    brood::process instrument({.name = "instrument", .daemon = true}, play_instrument, std::move(tell));
    instrument.start();
    tell.close();
    const auto driver =
        driver_manager_.create<example::driver>(brood::recreate<example::driver>(device.recv(), 115200));
    std::cout << driver.call<&example::driver::identity>() << std::endl;

    auto [ready, writer] = brood::pipe<std::uint64_t>(brood::one_way);
    auto acquisition = brood::async(acquire, driver, samples_, free_, writer, blocks);
    writer.close();  // the acquisition has the other one: its end is the end of the stream
    try {
        for (;;) {
            running_.push_back(pool_.submit(example::analyse, samples_, ready.recv()));
            while (running_.front().ready() || running_.size() > 2 * workers) {
                collect_one();
                if (running_.empty()) break;
            }
        }
    } catch (const brood::end_of_stream&) {
    }
    acquisition.get();
    while (!running_.empty()) collect_one();
    instrument.kill();
}

// The oldest block: what was found in it is stored, then its memory may be used again.
void measurement::collect_one() {
    const auto found = running_.front().get();
    running_.pop_front();
    const auto stored = store_.call<&example::store::append>(samples_, found);
    free_.release();
    plot_.show(found, status_of(found, stored));
}

std::string measurement::status_of(const example::spectrum& found, std::uint64_t stored) const {
    std::ostringstream text;
    text << stored << " samples, " << example::frequency_of(example::peak_of(found.amplitude)) << " Hz; driver "
         << driver_manager_.pid() << ", workers" << numbers_of(pool_.worker_pids());
    return text.str();
}

// ---- the proof ----------------------------------------------------------------------------------------------------

// What is wrong with the recording; empty when every sample is there once, with the value that it was measured with.
std::string find_fault(const example::recording& all) {
    if (all.values.size() != all.sequences.size()) return "there are not as many values as numbers";
    for (std::size_t i = 0; i < all.sequences.size(); ++i) {
        if (all.sequences[i] != i)
            return "row " + std::to_string(i) + " holds sample " + std::to_string(all.sequences[i]);
        if (all.values[i] != example::signal_at(i)) return "sample " + std::to_string(i) + " has another value";
    }
    if (all.spectra.size() * example::block_size != all.values.size() * example::bins)
        return "there is not one spectrum for each block";
    for (std::size_t at = 0; at < all.spectra.size(); at += example::bins) {
        std::array<double, example::bins> row;
        std::copy_n(all.spectra.begin() + static_cast<std::ptrdiff_t>(at), row.size(), row.begin());
        if (example::peak_of(row) != example::loud_bin) return "a spectrum has its peak at another frequency";
    }
    return {};
}

int check(const std::filesystem::path& file, bool draws) {
    const auto all = example::read_recording(file);
    if (const auto fault = find_fault(all); !fault.empty()) {
        std::cerr << file.string() << ": " << fault << '\n';
        return 1;
    }
    std::cout << all.values.size() << " samples, none lost and none doubled\n";
    if (!draws) return 0;
    auto picture = file;
    picture.replace_extension(".svg");
    example::write_svg(picture, all.spectra);
    std::cout << "the picture is " << picture.string() << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        if (words.size() == 2 && words[0] == "--check") return check(words[1], false);
        if (words.empty() || words.size() > 2 || words[0].starts_with('-')) {
            std::cerr << "instrument FILE.h5 [BLOCKS]\ninstrument --check FILE.h5\n";
            return 2;
        }
        measurement(words[0]).run(words.size() == 2 ? std::stoull(words[1]) : usual_blocks);
        return check(words[0], true);
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
