// SPDX-License-Identifier: MIT
// The two archives: what a value is written to and read from. The part that does not depend on the value's type.
#pragma once

#include <brood/config.hpp>
#include <brood/detail/user_code.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/details/helpers.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace cereal {
// Makes functions in this namespace, written for any archive, visible for brood's.
struct brood_archive {};
}  // namespace cereal

namespace brood {

// What the channel of an output_archive can carry beside the bytes.
struct archive_mode {
    bool handles = true;
    bool blocks = true;
    // Where handles do not travel beside the bytes: whether they may be kept for the reader, as shared objects that the
    // bytes name. Then shared_objects() must live until they were read.
    bool kept_handles = true;
    // Whether the reader runs the same build of the same program: then its functions have short names.
    bool same_program = false;
};

namespace detail {

// Blocks of plain data from this size on stay where they are and travel beside the message.
inline constexpr std::size_t block_size = std::size_t{64} << 10;
// Classes nested deeper than this are refused, so that neither a cycle of std::unique_ptr nor hostile bytes exhaust the
// stack.
inline constexpr unsigned most_nested = 512;

class archive_core;

// An object in memory that processes share, which a message names by its place there. `keeper` keeps it alive.
struct shared_object_link {
    std::uint64_t place;
    std::shared_ptr<const void> keeper;
};

// One class on the way from the whole value to the part in hand; lives on the stack. A frame that ends without done()
// was left by an exception: then the path to it is kept for the message.
class frame {
public:
    frame(archive_core& core, const char* raw_type, const char* const* raw_members = nullptr);
    frame(const frame&) = delete;
    frame& operator=(const frame&) = delete;
    ~frame();
    void at(std::size_t member) noexcept { member_ = member; }
    void labelled(const char* name) noexcept { label_ = name; }
    void done() noexcept { done_ = true; }

private:
    friend class archive_core;
    archive_core& core_;
    frame* outer_;
    const char* raw_type_;
    const char* const* raw_members_;
    std::size_t member_ = 0;
    const char* label_ = nullptr;
    bool done_ = false;
};

// What is known of a class whose objects are shared.
struct shared_class {
    const std::type_info* type;
    std::size_t size;
    // Whether an object of that type lies at `part` within the object.
    bool (*has_part)(const void* object, const void* part, const std::type_info& type);
};

// What both archives keep while they work.
class BROOD_API archive_core {
public:
    archive_core(const archive_core&) = delete;
    archive_core& operator=(const archive_core&) = delete;

    // Whether a value is being written or read now (and an error already has someone who adds the path).
    bool busy() const noexcept { return busy_; }
    void set_busy(bool busy) noexcept { busy_ = busy; }
    frame* innermost() const noexcept { return innermost_; }
    // Within a catch clause: throws what was caught as serialization_error with the path, the cause nested unless it is
    // a serialization_error itself. A bootstrap_error is thrown on as it is.
    [[noreturn]] void rethrow(const char* verb);

    // A virtual base is handled once for each whole object: false when it was before.
    bool first_visit(const void* base, const std::type_info& type);
    std::size_t bases_visited() const noexcept { return bases_.size(); }
    void forget_bases(std::size_t back_to) { bases_.resize(back_to); }

    void defer(std::function<void()> what) { deferred_.push_back(std::move(what)); }
    // cereal::defer: handles now what was put off.
    void serializeDeferments();

protected:
    archive_core() = default;
    ~archive_core() = default;

    struct versioned {
        const std::type_info* type;
        std::uint32_t version;
    };
    std::vector<versioned> versions_;
    const versioned* find_version(const std::type_info& type) const noexcept;

private:
    friend class frame;
    [[noreturn]] void too_deep();
    void keep_path() noexcept;
    std::string path() const;

    frame* innermost_ = nullptr;
    unsigned depth_ = 0;
    bool busy_ = false;
    bool path_kept_ = false;
    std::string kept_path_;
    struct visited {
        const void* base;
        const std::type_info* type;
    };
    std::vector<visited> bases_;
    std::vector<std::function<void()>> deferred_;
};

inline frame::frame(archive_core& core, const char* raw_type, const char* const* raw_members)
    : core_(core), outer_(core.innermost_), raw_type_(raw_type), raw_members_(raw_members) {
    if (core.depth_ == most_nested) core.too_deep();
    ++core.depth_;
    core.innermost_ = this;
    core.path_kept_ = false;
}
inline frame::~frame() {
    if (!done_) core_.keep_path();
    core_.innermost_ = outer_;
    --core_.depth_;
}

// Large memory that is filled for the first time, from its beginning on, while this lives: the system supplies it
// faster. `beside_writer`: what it is filled from is still being written, by another processor. Never fails.
class BROOD_API block_filling {
public:
    block_filling(void* memory, std::size_t size, bool beside_writer = false);
    block_filling(const block_filling&) = delete;
    block_filling& operator=(const block_filling&) = delete;
    ~block_filling();

private:
    void* supply_;
};

[[noreturn]] BROOD_API void fail(const std::string& reason);
[[noreturn]] BROOD_API void fail_short(std::uint64_t wanted, std::uint64_t left);
[[noreturn]] BROOD_API void fail_count(std::uint64_t count, std::uint64_t left);

}  // namespace detail

// Writes values to bytes. A cereal archive: `archive(a, b)` in a serialize, save or free function works as ever.
//
// Large blocks of plain data stay in the value's memory: they are listed by blocks() and the value must live until they
// were sent. Handles of the operating system are listed by handles(); they stay the caller's.
// One thread at a time. Errors leave bytes that must not be sent.
class BROOD_API output_archive : public cereal::detail::OutputArchiveBase,
                                 public cereal::brood_archive,
                                 public detail::archive_core {
public:
    using is_loading = std::false_type;
    using is_saving = std::true_type;

    explicit output_archive(archive_mode mode = {});
    output_archive(const output_archive&) = delete;
    output_archive& operator=(const output_archive&) = delete;
    ~output_archive() noexcept override;

    // What was written so far; valid until more is written.
    std::span<const std::byte> bytes() const noexcept { return {begin_, static_cast<std::size_t>(end_ - begin_)}; }
    // The blocks that travel beside the bytes, in the order in which they are read.
    const std::vector<std::span<const std::byte>>& blocks() const noexcept { return blocks_; }
    // The handles that travel beside the bytes; borrowed.
    const std::vector<native_handle_type>& handles() const noexcept { return handles_; }
    // The shared objects that the bytes name; kept alive by this archive, so it must live until they were read.
    const std::vector<detail::shared_object_link>& shared_objects() const noexcept { return shared_objects_; }
    void add_shared_object(std::uint64_t place, std::shared_ptr<const void> keeper) {
        shared_objects_.push_back({place, std::move(keeper)});
    }
    const archive_mode& mode() const noexcept { return mode_; }

    // Adds a handle, which must stay open until the message was sent, and gives its index; write the index as well, for
    // input_archive::take_handle. Throws serialization_error when the channel carries none.
    std::uint32_t add_handle(native_handle_type handle);
    // Writes a handle in whichever way the channel has for it, for input_archive::read_handle. It must stay open until
    // the message was sent. Throws serialization_error when there is no way, and with the system's code when it
    // refuses.
    void write_handle(native_handle_type handle);

    template <class... T>
    output_archive& operator()(T&&... values);
    template <class T>
    output_archive& operator<<(T&& value) {
        return (*this)(std::forward<T>(value));
    }
    template <class T>
    output_archive& operator&(T&& value) {
        return (*this)(std::forward<T>(value));
    }

    // ---- for codecs ---------------------------------------------------------------------------------------------
    void write(const void* data, std::size_t size) {
        if (size > static_cast<std::size_t>(limit_ - end_)) grow(size);
        if (size != 0) std::memcpy(end_, data, size);
        end_ += size;
    }
    void write_size(std::uint64_t size) { write(&size, sizeof size); }
    void write_byte(std::uint8_t value) { write(&value, 1); }
    // `count` plain elements of together `size` bytes, as one block.
    void write_block(std::uint64_t count, const void* data, std::size_t size);
    // The same when the reader knows how many they are.
    void write_fixed_block(const void* data, std::size_t size);
    // Each element counts for at least a byte, so that a reader can refuse counts that no message of its size can mean:
    // fills up what `count` elements, written from `begin` on, left short.
    void pad_elements(std::size_t begin, std::uint64_t count);
    std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }

    // Whether what is written now stays in memory until it was sent. False for what user code hands in unless it is
    // part of the object that the code belongs to: it may be a local variable.
    bool lasts() const noexcept { return lasts_; }
    bool is_within_object(const void* address) const noexcept {
        return !std::less<>()(address, object_.data()) && std::less<>()(address, object_.data() + object_.size());
    }
    bool exchange_lasts(bool lasts) noexcept { return std::exchange(lasts_, lasts); }
    std::span<const std::byte> exchange_object(std::span<const std::byte> object) noexcept {
        return std::exchange(object_, object);
    }

    // The version of a class is written before its first object.
    void write_version(const std::type_info& type, std::uint32_t version);
    // Writes the object's number, or its place in a shared object that it is a part of; true when the object itself
    // must follow. `owner` holds it in memory, so that its address stays its own.
    bool write_shared(const void* object, const detail::shared_class& what, const std::shared_ptr<const void>& owner);
    // Writes the number of a registered polymorphic type, with its name the first time.
    void write_polymorphic_name(const char* name);

private:
    void grow(std::size_t more);
    bool goes_beside(std::size_t size) const noexcept { return size >= detail::block_size && lasts_ && mode_.blocks; }

    static constexpr std::size_t small_size = 256;
    alignas(std::max_align_t) std::byte small_[small_size];  // most messages are smaller, and need no memory
    std::byte* begin_ = small_;
    std::byte* end_ = small_;
    std::byte* limit_ = small_ + small_size;
    archive_mode mode_;
    bool lasts_ = true;
    std::span<const std::byte> object_;
    std::vector<std::span<const std::byte>> blocks_;
    std::vector<native_handle_type> handles_;
    std::vector<detail::shared_object_link> shared_objects_;
    struct known_objects;
    std::unique_ptr<known_objects> known_;
    std::vector<std::string> names_;
};

// Where an input_archive gets the blocks beside the message from. Each is read once, in order.
class block_source {
public:
    virtual ~block_source() = default;
    virtual std::size_t count() = 0;
    virtual std::uint64_t size(std::size_t index) = 0;
    // Fills all of `into`, which has exactly the block's size.
    virtual void read(std::size_t index, std::span<std::byte> into) = 0;
    // Where the block lies in this process, for types of any alignment; null when it has to be read.
    virtual const std::byte* lies_at(std::size_t) { return nullptr; }
    // Of one that lies there: how many of its bytes do so far. Blocks until there are more than `from`; throws when
    // there never will be.
    virtual std::uint64_t wait_for(std::size_t index, std::uint64_t from) {
        static_cast<void>(from);
        return size(index);
    }
};

// Where an input_archive gets the handles beside the message from. What is not taken stays the source's.
class handle_source {
public:
    virtual ~handle_source() = default;
    virtual std::size_t count() = 0;
    // Gives up ownership; called at most once for an index.
    virtual native_handle_type take(std::size_t index) = 0;
};

// Reads values from bytes that may be damaged or hostile: then serialization_error is thrown and nothing worse happens,
// and no more memory is asked for than the size of the message justifies. A cereal archive.
// The bytes and sources are borrowed. One thread at a time. After an error the archive must not be used.
class BROOD_API input_archive : public cereal::detail::InputArchiveBase,
                                public cereal::brood_archive,
                                public detail::archive_core {
public:
    using is_loading = std::true_type;
    using is_saving = std::false_type;

    explicit input_archive(std::span<const std::byte> from, block_source* blocks = nullptr,
                           handle_source* handles = nullptr);
    input_archive(const input_archive&) = delete;
    input_archive& operator=(const input_archive&) = delete;
    ~input_archive() noexcept override;

    // Takes the handle that was added with this index; it is the caller's from then on. Throws serialization_error when
    // there is none or it was taken before.
    native_handle_type take_handle(std::size_t index);
    // What output_archive::write_handle wrote: a handle of the same object, which is the caller's from then on. Throws
    // serialization_error when there is none, and with the system's code when it refuses.
    native_handle_type read_handle();
    // Bytes that were not read yet.
    std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

    template <class... T>
    input_archive& operator()(T&&... values);
    template <class T>
    input_archive& operator>>(T&& value) {
        return (*this)(std::forward<T>(value));
    }
    template <class T>
    input_archive& operator&(T&& value) {
        return (*this)(std::forward<T>(value));
    }

    // ---- for codecs ---------------------------------------------------------------------------------------------
    void read(void* into, std::size_t size) {
        if (size > left()) detail::fail_short(size, left());
        if (size != 0) std::memcpy(into, at_, size);
        at_ += size;
    }
    // The next bytes where they lie.
    std::span<const std::byte> read_in_place(std::size_t size) {
        if (size > left()) detail::fail_short(size, left());
        return {std::exchange(at_, at_ + size), size};
    }
    template <class T>
    T read_number() {
        T value;
        read(&value, sizeof value);
        return value;
    }
    // A count of elements, at most what can follow.
    std::uint64_t read_size() {
        const auto count = read_number<std::uint64_t>();
        if (count > left()) detail::fail_count(count, left());
        return count;
    }
    bool read_flag();
    // The start of what write_block wrote: how many elements. The block is then read by read_block into memory of
    // exactly that size, which the message is known to fill.
    struct block {
        std::size_t count;
        bool beside;
    };
    block begin_block(std::size_t element_size);
    void read_block(block what, void* into, std::size_t size);
    // Of a block beside: whether it lies in this process, and whether it is still being written there.
    bool next_block_lies_in_place() const;
    bool next_block_grows() const;
    // In the place of read_block, for a block of `size` bytes that lies there: what there is of it from its byte
    // `begin` on, in whole elements, and at least one. The last part ends its reading.
    std::span<const std::byte> take_part_in_place(std::size_t size, std::size_t begin, std::size_t element_size);
    void read_fixed_block(void* into, std::size_t size);
    // Skips what pad_elements wrote.
    void skip_padding(std::size_t left_before, std::uint64_t count);
    // How many elements of that size may be reserved room for, given what is left to read.
    std::size_t room_for(std::uint64_t count, std::size_t element_size) const noexcept {
        const std::uint64_t room = 4096 / element_size + left() / element_size + 1;
        return static_cast<std::size_t>(count < room ? count : room);
    }

    std::uint32_t read_version(const std::type_info& type);
    // The number of a shared object. new_object: it follows, and add_shared is called before it is read. A part: of the
    // object with that number, at that offset.
    struct shared_number {
        std::uint32_t number;  // 0: no object
        bool new_object = false;
        bool part = false;
        std::uint64_t offset = 0;
    };
    shared_number read_shared();
    std::uint32_t add_shared(std::shared_ptr<void> object, const detail::shared_class& what);
    // Gives the object whose number was taken by adding null.
    void complete_shared(std::uint32_t number, std::shared_ptr<void> object);
    // An object that was added, or its part; throws serialization_error when it is of another type or not complete.
    std::shared_ptr<void> shared(const shared_number& which, const std::type_info& type) const;
    // What write_polymorphic_name wrote, given the number that was read first.
    const std::string& read_polymorphic_name(std::uint32_t number);

private:
    void use_block(std::uint64_t size);

    const std::byte* at_;
    const std::byte* end_;
    block_source* block_source_;
    handle_source* handle_source_;
    std::size_t next_block_ = 0;
    std::vector<bool> taken_;
    struct shared_object {
        std::shared_ptr<void> object;
        const detail::shared_class* what;
    };
    std::vector<shared_object> shared_;
    std::vector<std::string> names_;
};

}  // namespace brood
