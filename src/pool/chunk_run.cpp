// SPDX-License-Identifier: MIT
#include <brood/detail/chunk_run.hpp>
#include <brood/detail/pool_core.hpp>

#include <brood/detail/ready_gate.hpp>

#include <algorithm>
#include <utility>

namespace brood::detail {

namespace {

std::shared_ptr<arrivals> make_arrivals(const std::shared_ptr<pool_core>& processes) {
    if (!processes) return std::make_shared<arrivals>();
    return std::make_shared<arrivals>([processes] { processes->look_again(); });
}

}  // namespace

chunk_run_core::chunk_run_core(std::shared_ptr<pool_core> processes, const chunk_planner& planner)
    : planner_(planner), processes_(std::move(processes)), arrivals_(make_arrivals(processes_)) {}

chunk_run_core::~chunk_run_core() = default;

void chunk_run_core::give_up() noexcept {
    each([](future_core& state) {
        try {
            if (!state.withdraw()) state.request_stop();
        } catch (const std::exception&) {
            // without memory for that it runs, for nobody
        }
    });
    if (!processes_) each([](future_core& state) { state.wait_until(nullptr); });
    each([&](future_core& state) { state.forget(arrivals_.get()); });
}

void chunk_run_core::wait(bool patient) {
    if (waiting_scope::is_watched() && arrivals_->empty() && help()) return;
    constexpr std::size_t many = 32, part = 4;
    const std::size_t count = patient && under_way_ >= many ? under_way_ / part : 1;
    if (!processes_) {
        arrivals_->wait_until(nullptr, count);
    } else {
        processes_->wait(arrivals_->expect(count), nullptr);
        arrivals_->expect_nothing();
    }
}

void chunk_run_core::withdraw_after(std::uint64_t element) {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const auto piece = pieces_[i];
        if (piece.state == nullptr || element >= piece.first + piece.size) continue;
        if (element < piece.first)
            piece.state->withdraw();
        else if (piece.batch != nullptr)
            piece.batch->withdraw_from(static_cast<std::size_t>(element - piece.first + 1));
    }
}

void chunk_run_core::cancel() {
    each([](future_core& state) { state.cancel(); });
}
void chunk_run_core::request_stop() {
    each([](future_core& state) { state.request_stop(); });
}

std::vector<std::shared_ptr<future_core>> chunk_run_core::under_way() const {
    std::vector<std::shared_ptr<future_core>> all;
    for (const auto& piece : pieces_)
        if (piece.state) all.push_back(piece.state);
    return all;
}

std::function<void()> chunk_run_core::next_bell() const {
    return [to = arrivals_, number = first_ + pieces_.size()] { to->add(number); };
}

void chunk_run_core::note_sent(sent_chunk piece, std::chrono::steady_clock::time_point begun,
                               const std::function<void()>& bell) {
    planner_.started(piece.size, std::chrono::steady_clock::now() - begun);
    piece.first = std::exchange(elements_, elements_ + piece.size);
    pieces_.push_back(piece);
    ++under_way_;
    piece.state->on_ready(bell, arrivals_.get());
}

chunk_run_core::sent_chunk* chunk_run_core::next_arrived(const std::vector<std::uint64_t>& numbers, std::size_t& at) {
    while (at < numbers.size()) {
        const auto number = numbers[at++];
        if (number < first_) continue;  // told of before
        auto& piece = pieces_[static_cast<std::size_t>(number - first_)];
        if (piece.state != nullptr) return &piece;
    }
    return nullptr;
}

void chunk_run_core::note_fetched(sent_chunk& piece) {
    piece.state = nullptr;
    piece.batch = nullptr;
    --under_way_;
    while (!pieces_.empty() && pieces_.front().state == nullptr) {
        pieces_.pop_front();
        ++first_;
    }
}

bool chunk_run_core::help() {
    return std::any_of(pieces_.begin(), pieces_.end(),
                       [](const auto& piece) { return piece.state != nullptr && piece.state->help(); });
}

void chunk_run_core::each(const std::function<void(future_core&)>& what) {
    for (std::size_t i = 0; i < pieces_.size(); ++i)
        if (const auto state = pieces_[i].state) what(*state);
}

}  // namespace brood::detail
