// SPDX-License-Identifier: MIT
#include "analysis.hpp"

#include <fftw3.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

namespace example {
namespace {

// A plan with its memory: made once in each worker.
class transform {
public:
    transform()
        : input_(fftw_alloc_real(block_size)),
          output_(fftw_alloc_complex(bins)),
          plan_(fftw_plan_dft_r2c_1d(static_cast<int>(block_size), input_, output_, FFTW_ESTIMATE)) {}
    ~transform() {
        fftw_destroy_plan(plan_);
        fftw_free(output_);
        fftw_free(input_);
    }
    transform(const transform&) = delete;
    transform& operator=(const transform&) = delete;

    double* input() noexcept { return input_; }
    void run() { fftw_execute(plan_); }
    double amplitude(std::size_t bin) const { return std::hypot(output_[bin][0], output_[bin][1]); }

private:
    double* const input_;
    fftw_complex* const output_;
    const fftw_plan plan_;
};

}  // namespace

spectrum analyse(const ring& samples, std::uint64_t block) {
    static transform fft;
    const sample* const from = block_in(samples, block);
    for (std::size_t i = 0; i < block_size; ++i) {
        if (from[i].sequence != block * block_size + i)
            throw std::logic_error("block " + std::to_string(block) + " holds sample " +
                                   std::to_string(from[i].sequence) + " in place " + std::to_string(i));
        fft.input()[i] = from[i].value;
    }
    fft.run();
    spectrum found{block, {}};
    for (std::size_t bin = 0; bin < bins; ++bin) found.amplitude[bin] = 2 * fft.amplitude(bin) / block_size;
    return found;
}

std::size_t peak_of(const std::array<double, bins>& amplitude) {
    return static_cast<std::size_t>(std::max_element(amplitude.begin() + 1, amplitude.end()) - amplitude.begin());
}

}  // namespace example
