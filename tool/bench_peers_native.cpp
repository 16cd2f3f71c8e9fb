// SPDX-License-Identifier: MIT
// The work of queues by other libraries: Boost.Interprocess's message_queue, and ZeroMQ when its library is found.
#include "bench_groups.hpp"

#include "layout.hpp"

#include <brood/brood.hpp>

#include <array>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

// Its own file system comes with a library that has to be linked.
#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

namespace tool {
namespace {

constexpr int numbers = 300'000, peer_trips = 20'000;

// What both libraries are used by: one end of a way for numbers.
class number_end {
public:
    number_end() = default;
    virtual ~number_end() = default;
    number_end(const number_end&) = delete;
    number_end& operator=(const number_end&) = delete;
    virtual void send(int value) = 0;
    virtual int receive() = 0;
};
using opened = std::unique_ptr<number_end>;

// ---- Boost.Interprocess -------------------------------------------------------------------------------------------

namespace ipc = boost::interprocess;

class boost_end final : public number_end {
public:
    explicit boost_end(const std::string& name)
        : to_(ipc::open_only, (name + "-a").c_str()), from_(ipc::open_only, (name + "-b").c_str()) {}
    explicit boost_end(ipc::open_only_t, const std::string& name)
        : to_(ipc::open_only, (name + "-b").c_str()), from_(ipc::open_only, (name + "-a").c_str()) {}
    void send(int value) override { to_.send(&value, sizeof value, 0); }
    int receive() override {
        int value = 0;
        ipc::message_queue::size_type size = 0;
        unsigned priority = 0;
        from_.receive(&value, sizeof value, size, priority);
        return value;
    }

private:
    ipc::message_queue to_, from_;
};

// Two queues, one for each direction; removed in the end.
class boost_queues {
public:
    explicit boost_queues(const std::string& name) : name_(name) {
        for (const char* end : {"-a", "-b"})
            ipc::message_queue(ipc::create_only, (name + end).c_str(), 1000, sizeof(int));
    }
    ~boost_queues() {
        for (const char* end : {"-a", "-b"}) ipc::message_queue::remove((name_ + end).c_str());
    }
    boost_queues(const boost_queues&) = delete;
    boost_queues& operator=(const boost_queues&) = delete;

private:
    std::string name_;
};

// ---- ZeroMQ -------------------------------------------------------------------------------------------------------

// The functions of its C interface that are needed here.
class zeromq {
public:
    zeromq() : library_(load()) {}
    template <class Function>
    Function& get(const char* name) const {
        return library_.get<Function>(name);
    }

private:
    static boost::dll::shared_library load() {
        for (const char* name : {"libzmq.so.5", "libzmq.5.dylib", "libzmq.dll"}) {
            boost::dll::fs::error_code failed;
            boost::dll::shared_library library(name, failed, boost::dll::load_mode::search_system_folders);
            if (!failed) return library;
        }
        throw std::runtime_error("there is no ZeroMQ on this machine");
    }

    boost::dll::shared_library library_;
};

class zeromq_end final : public number_end {
public:
    zeromq_end(const char* connects_or_binds, const std::string& address)
        : context_(library_.get<void*()>("zmq_ctx_new")()),
          socket_(library_.get<void*(void*, int)>("zmq_socket")(context_, pair)) {
        require(library_.get<int(void*, const char*)>(connects_or_binds)(socket_, address.c_str()) == 0);
    }
    ~zeromq_end() override {
        library_.get<int(void*)>("zmq_close")(socket_);
        library_.get<int(void*)>("zmq_ctx_term")(context_);
    }
    void send(int value) override { require(send_(socket_, &value, sizeof value, 0) == sizeof value); }
    int receive() override {
        int value = 0;
        require(receive_(socket_, &value, sizeof value, 0) == sizeof value);
        return value;
    }

private:
    static constexpr int pair = 0;  // ZMQ_PAIR: one peer, both directions
    static void require(bool worked) {
        if (!worked) throw std::runtime_error("ZeroMQ refused");
    }

    zeromq library_;
    void *context_, *socket_;
    int (&send_)(void*, const void*, std::size_t,
                 int) = library_.get<int(void*, const void*, std::size_t, int)>("zmq_send");
    int (&receive_)(void*, void*, std::size_t, int) = library_.get<int(void*, void*, std::size_t, int)>("zmq_recv");
};

// ---- the work -----------------------------------------------------------------------------------------------------

enum class library { boost, zeromq };

opened open_other_end(library which, const std::string& name) {
    if (which == library::boost) return std::make_unique<boost_end>(ipc::open_only, name);
    return std::make_unique<zeromq_end>("zmq_connect", name);
}

void swallow(library which, std::string name) {
    const auto end = open_other_end(which, name);
    end->send(0);  // begun
    for (int i = 0; i < numbers; ++i)
        if (end->receive() != i) throw std::logic_error("the numbers came in another order");
    end->send(1);
}
void send_back(library which, std::string name) {
    const auto end = open_other_end(which, name);
    end->send(0);
    for (int i = 0; i < peer_trips; ++i) end->send(end->receive());
}

double with_other(library which, void (*target)(library, std::string), const std::function<double(number_end&)>& work) {
    const temporary_folder folder;  // its name is nobody else's
    std::optional<boost_queues> queues;
    std::string name = to_utf8(folder.path().filename());
    opened own;
    if (which == library::boost) {
        queues.emplace(name);
        own = std::make_unique<boost_end>(name);
    } else {
        name = "ipc://" + to_utf8(folder.path() / "socket");
        own = std::make_unique<zeromq_end>("zmq_bind", name);
    }
    brood::process other(target, which, name);
    other.start();
    own->receive();
    const double result = work(*own);
    other.join();
    return result;
}

double throughput(library which) {
    return with_other(which, swallow, [](number_end& own) {
        return numbers / seconds_of([&] {
                   for (int i = 0; i < numbers; ++i) own.send(i);
                   own.receive();
               });
    });
}

double round_trip(library which) {
    return with_other(which, send_back, [](number_end& own) {
        return seconds_of([&] {
                   for (int i = 0; i < peer_trips; ++i) {
                       own.send(i);
                       own.receive();
                   }
               }) /
               peer_trips;
    });
}

}  // namespace

void measure_native_peers(session& now) {
    using kind = relation::kind;
    const auto rate = [](library which) { return [which] { return throughput(which); }; };
    const auto trip = [](library which) { return [which] { return round_trip(which); }; };
    race(now,
         {{"queue.throughput", "", "messages/s", queue_throughput, {}},
          {"boost.queue.throughput", "", "messages/s", rate(library::boost),
           relation{kind::ratio, "queue.throughput", 0, 0.25}},
          {"zeromq.queue.throughput", "", "messages/s", rate(library::zeromq),
           relation{kind::ratio, "queue.throughput", 0, 1.0}}},
         now.few_runs());
    race(
        now,
        {{"queue.round_trip", "", "s", queue_round_trip, {}},
         {"boost.queue.round_trip", "", "s", trip(library::boost), relation{kind::ratio, "queue.round_trip", 0, {}}},
         {"zeromq.queue.round_trip", "", "s", trip(library::zeromq), relation{kind::ratio, "queue.round_trip", 0, {}}}},
        now.few_runs());
}

}  // namespace tool
