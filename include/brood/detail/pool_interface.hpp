// SPDX-License-Identifier: MIT
// What every pool gives its users beyond submit(): maps, streams and reductions.
#pragma once

#include <brood/detail/async_map.hpp>
#include <brood/detail/chunk_run.hpp>
#include <brood/detail/collectors.hpp>
#include <brood/detail/element_source.hpp>
#include <brood/detail/held_open.hpp>
#include <brood/detail/imap_source.hpp>
#include <brood/future.hpp>
#include <brood/pool_options.hpp>
#include <brood/result_stream.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

namespace detail {

// How a function and the elements of a range come together.
template <class F, class Range>
struct plain_call {
    using function = std::decay_t<F>;
    using element = kept_element<function, Range>;
    using result = element_result_t<function, element>;
    static std::shared_ptr<const function> share(F&& f) { return std::make_shared<const function>(std::forward<F>(f)); }
};
template <class F, class Range>
struct unpacked_call {
    using function = unpacking<std::decay_t<F>>;
    using element = typename kept_tuple<std::decay_t<F>, Range>::type;
    using result = element_result_t<function, element>;
    static std::shared_ptr<const function> share(F&& f) {
        return std::make_shared<const function>(function{std::forward<F>(f)});
    }
};

// Derived is a pool with
//   submit(f, x...), submit(task_options, f, x...) -> future<R>
//   const std::shared_ptr<Core>& core() const, where Core is shared by the pool and by what goes on without it:
//     static constexpr bool runs_in_this_process    tasks may refer to what their submitter owns
//     int worker_count() const
//     progress_option default_progress() const
//     void require_open() const                     throws std::logic_error after close(), cancelled after terminate()
//     void hold(holder), void release(holder)       hold() is require_open(); until release() close() does not refuse
//                                                   chunks, and join() waits for a map
//     std::shared_ptr<future_state<chunk_result<R>>>
//         start_chunk<R>(const std::shared_ptr<const F>&, std::vector<T>, const task_options&)
//       never waits, not for a place in the queue either (a map limits itself), since it is also called by whoever
//       makes a chunk ready. It throws only for what befalls the pool; an element that cannot be sent is a failure of
//       its own.
template <class Derived>
class pool_interface {
public:
    // Runs it in a worker and waits: its result, or what it threw.
    template <class F, class... X>
    auto apply(F&& function, X&&... arguments) {
        return self().submit(std::forward<F>(function), std::forward<X>(arguments)...).get();
    }

    // The results for all elements of a range, in their order (a vector; nothing if the function returns nothing).
    // Blocks. Any input range: its elements are copied, or moved out of a container that is given as an rvalue, a
    // bounded number ahead of the workers. The function gets each element as a value.
    //
    // Throws the exception of the first element that failed, in the order of the elements, when all that had begun has
    // ended; what had not begun then is not run. What the range or the progress callback throws ends it the same way.
    template <class F, std::ranges::input_range Range>
    auto map(F&& function, Range&& range, const map_options& options = {}) {
        return run<plain_call<F, Range>, value_collector>(std::forward<F>(function), std::forward<Range>(range),
                                                          options);
    }
    // The same for a function of several parameters and a range of tuples, pairs or arrays.
    template <class F, std::ranges::input_range Range>
    auto starmap(F&& function, Range&& range, const map_options& options = {}) {
        return run<unpacked_call<F, Range>, value_collector>(std::forward<F>(function), std::forward<Range>(range),
                                                             options);
    }
    // Value or exception of each element, as outcomes: one failure hides no other result.
    template <class F, std::ranges::input_range Range>
    auto map_outcomes(F&& function, Range&& range, const map_options& options = {}) {
        return run<plain_call<F, Range>, outcome_collector>(std::forward<F>(function), std::forward<Range>(range),
                                                            options);
    }

    // The same without waiting: a future of the vector. The elements are taken from the range at once, and what the
    // range throws comes out here. A pool that is closed meanwhile finishes it.
    template <class F, std::ranges::input_range Range>
    auto map_async(F&& function, Range&& range, const map_options& options = {}) {
        return start<plain_call<F, Range>>(std::forward<F>(function), std::forward<Range>(range), options);
    }
    template <class F, std::ranges::input_range Range>
    auto starmap_async(F&& function, Range&& range, const map_options& options = {}) {
        return start<unpacked_call<F, Range>>(std::forward<F>(function), std::forward<Range>(range), options);
    }

    // A stream of the results, in the order of the elements. Lazy: elements are taken as results are read, a bounded
    // number ahead, so that the range may be endless. A range given as an lvalue must live as long as the stream. A
    // pool that is closed meanwhile goes on with it; one that is joined does what was sent, and a stream that wants
    // more then throws std::logic_error.
    template <class F, std::ranges::input_range Range>
    auto imap(F&& function, Range&& range, const map_options& options = {}) {
        return stream<plain_call<F, Range>>(std::forward<F>(function), std::forward<Range>(range), options);
    }
    // The same as they come.
    template <class F, std::ranges::input_range Range>
    auto imap_unordered(F&& function, Range&& range, map_options options = {}) {
        options.ordered = false;
        return stream<plain_call<F, Range>>(std::forward<F>(function), std::forward<Range>(range), options);
    }

    // op(...op(op(init, f(e1)), f(e2))...): the results combined in the order of the elements, here, as they come.
    // Blocks; errors as for map().
    template <class F, std::ranges::input_range Range, class Init, class Op>
    Init map_reduce(F&& function, Range&& range, Init init, Op op, const map_options& options = {}) {
        using call = plain_call<F, Range>;
        require_valid(options);
        element_source<typename call::element, Range> source(std::forward<Range>(range));
        reducing_collector<typename call::result, Init, Op> collector(std::move(init), std::move(op));
        return drive<call>(std::forward<F>(function), source, collector, options);
    }

private:
    Derived& self() noexcept { return static_cast<Derived&>(*this); }
    const auto& core() const { return static_cast<const Derived&>(*this).core(); }
    progress_option progress(const map_options& options) const {
        return options.progress ? *options.progress : core()->default_progress();
    }

    template <class Call, template <class> class Collector, class F, class Range>
    auto run(F&& function, Range&& range, const map_options& options) {
        require_valid(options);
        element_source<typename Call::element, Range> source(std::forward<Range>(range));
        Collector<typename Call::result> collector(options.ordered, source.total());
        return drive<Call>(std::forward<F>(function), source, collector, options);
    }
    template <class Call, class F, class Source, class Collector>
    typename Collector::result drive(F&& function, Source& source, Collector& collector, const map_options& options) {
        using core_type = std::remove_cvref_t<decltype(*core())>;
        const held_open<core_type> open(core(), holder::map);
        progress_meter meter(progress(options), source.total());
        chunk_run<core_type, typename Call::function, typename Call::result> chunks(
            core(), Call::share(std::forward<F>(function)), options, source.total());
        for (bool more = true;;) {
            while (more && chunks.room()) more = chunks.feed(source);
            if (chunks.empty()) return collector.finish();
            chunks.wait(true);
            bool wanted = true;
            chunks.collect([&](std::uint64_t first, auto&& chunk) {
                const auto size = chunk.size();
                wanted = collector.add(first, std::move(chunk)) && wanted;
                if (wanted) meter.add(size);
            });
            if (wanted) continue;
            more = false;
            chunks.withdraw_after(collector.failed_element());
        }
    }

    template <class Call, class F, class Range>
    auto start(F&& function, Range&& range, const map_options& options) {
        using core_type = std::remove_cvref_t<decltype(*core())>;
        using collector = value_collector<typename Call::result>;
        using task =
            async_map<core_type, typename Call::function, typename Call::element, typename Call::result, collector>;
        require_valid(options);
        core()->require_open();
        element_source<typename Call::element, Range> source(std::forward<Range>(range));
        auto elements = source.take_all();
        collector results(options.ordered, elements.size());
        const auto state = std::make_shared<task>(core(), Call::share(std::forward<F>(function)), std::move(elements),
                                                  options, progress(options), std::move(results));
        state->start();
        return future<typename collector::result>(state);
    }

    template <class Call, class F, class Range>
    auto stream(F&& function, Range&& range, const map_options& options) {
        using core_type = std::remove_cvref_t<decltype(*core())>;
        using result = typename Call::result;
        using source = imap_source<core_type, typename Call::function, typename Call::element, result, Range>;
        require_valid(options);
        core()->require_open();
        return result_stream<result>(std::make_unique<source>(core(), Call::share(std::forward<F>(function)),
                                                              std::forward<Range>(range), options, progress(options)));
    }
};

}  // namespace detail
}  // namespace brood
