// SPDX-License-Identifier: MIT
// Digests and random numbers by the system's library for them. SHA-3 is there from Windows 11 24H2 on.
#include "platform/windows/win32.hpp"

#include "platform/socket.hpp"

#include <bcrypt.h>

namespace brood::platform {

namespace windows {

namespace {

const wchar_t* name_of(digest which) {
    switch (which) {
        case digest::md5: return L"MD5";
        case digest::sha256: return L"SHA256";
        case digest::sha384: return L"SHA384";
        case digest::sha3_256: return L"SHA3-256";
        case digest::sha3_384: return L"SHA3-384";
    }
    return L"";
}

struct close_algorithm {
    using pointer = BCRYPT_ALG_HANDLE;
    void operator()(BCRYPT_ALG_HANDLE algorithm) const noexcept { BCryptCloseAlgorithmProvider(algorithm, 0); }
};
using unique_algorithm = std::unique_ptr<void, close_algorithm>;

unique_algorithm open(digest which) {
    BCRYPT_ALG_HANDLE algorithm = nullptr;
    if (BCryptOpenAlgorithmProvider(&algorithm, name_of(which), nullptr, BCRYPT_ALG_HANDLE_HMAC_FLAG) != 0) return {};
    return unique_algorithm(algorithm);
}

struct destroy_hash {
    using pointer = BCRYPT_HASH_HANDLE;
    void operator()(BCRYPT_HASH_HANDLE hash) const noexcept { BCryptDestroyHash(hash); }
};
using unique_hash = std::unique_ptr<void, destroy_hash>;

PUCHAR bytes_of(std::string_view text) { return reinterpret_cast<PUCHAR>(const_cast<char*>(text.data())); }

void require(NTSTATUS status, const char* what) {
    if (status != 0) throw_error(ERROR_GEN_FAILURE, what);
}

}  // namespace

}  // namespace windows

using namespace windows;

std::optional<std::string> hmac(digest which, std::string_view key, std::string_view message) {
    const unique_algorithm algorithm = open(which);
    if (!algorithm) return std::nullopt;
    // An empty key has an address too: without one the system makes no HMAC.
    const std::string secret(key);
    BCRYPT_HASH_HANDLE made = nullptr;
    require(
        BCryptCreateHash(algorithm.get(), &made, nullptr, 0, bytes_of(secret), static_cast<ULONG>(secret.size()), 0),
        "BCryptCreateHash");
    const unique_hash hash(made);
    DWORD size = 0, written = 0;
    require(BCryptGetProperty(algorithm.get(), BCRYPT_HASH_LENGTH, reinterpret_cast<PUCHAR>(&size), sizeof size,
                              &written, 0),
            "BCryptGetProperty");
    require(BCryptHashData(hash.get(), bytes_of(message), static_cast<ULONG>(message.size()), 0), "BCryptHashData");
    std::string result(size, '\0');
    require(BCryptFinishHash(hash.get(), bytes_of(result), size, 0), "BCryptFinishHash");
    return result;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    require(BCryptGenRandom(nullptr, bytes_of(bytes), static_cast<ULONG>(count), BCRYPT_USE_SYSTEM_PREFERRED_RNG),
            "BCryptGenRandom");
    return bytes;
}

}  // namespace brood::platform
