// SPDX-License-Identifier: MIT
// Digests by OpenSSL's libcrypto. It is loaded when the first handshake needs it: linked, it would add 0.6 ms to every
// start of every program that uses brood, spawned children included.
#include "platform/posix/fd.hpp"
#include "platform/socket.hpp"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/opensslv.h>
#include <stdexcept>
#include <sys/random.h>

#define BROOD_TEXT_OF(x) #x
#define BROOD_TEXT(x) BROOD_TEXT_OF(x)

namespace brood::platform {
namespace {

// The library whose headers these are.
constexpr const char* library_name = "libcrypto.so." BROOD_TEXT(OPENSSL_SHLIB_VERSION);

template <class Function>
Function* find(void* library, const char* name) {
    const auto found = reinterpret_cast<Function*>(::dlsym(library, name));
    if (found == nullptr) throw std::runtime_error(std::string(library_name) + " lacks " + name);
    return found;
}

struct crypto {
    decltype(::HMAC)* hmac;
    decltype(::EVP_get_digestbyname)* digest_by_name;

    static const crypto& get() {
        static const crypto loaded = load();
        return loaded;
    }

private:
    static crypto load() {
        void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) throw std::runtime_error(std::string("digests need OpenSSL: ") + ::dlerror());
        // Threads of connections use it to the end of the process: no exit handler may free what it has, unless the
        // program itself set it up before.
        find<decltype(::OPENSSL_init_crypto)>(library, "OPENSSL_init_crypto")(OPENSSL_INIT_NO_ATEXIT, nullptr);
        return {find<decltype(::HMAC)>(library, "HMAC"),
                find<decltype(::EVP_get_digestbyname)>(library, "EVP_get_digestbyname")};
    }
};

const char* name_of(digest which) {
    switch (which) {
        case digest::md5: return "MD5";
        case digest::sha256: return "SHA256";
        case digest::sha384: return "SHA384";
        case digest::sha3_256: return "SHA3-256";
        case digest::sha3_384: return "SHA3-384";
    }
    return "";
}

}  // namespace

std::optional<std::string> hmac(digest which, std::string_view key, std::string_view message) {
    const crypto& library = crypto::get();
    const EVP_MD* const md = library.digest_by_name(name_of(which));
    unsigned char result[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    // A key may be empty, but has an address: without one the library would take the key of the call before.
    const char* const at = key.empty() ? "" : key.data();
    if (md == nullptr ||
        library.hmac(md, at, static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
                     message.size(), result, &size) == nullptr)
        return std::nullopt;  // a system may be set up to refuse MD5
    return std::string(reinterpret_cast<const char*>(result), size);
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t done = 0; done < count;) {
        const auto n = posix::retry([&] { return ::getrandom(bytes.data() + done, count - done, 0); });
        if (n == -1) posix::throw_errno("getrandom");
        done += static_cast<std::size_t>(n);
    }
    return bytes;
}

}  // namespace brood::platform
