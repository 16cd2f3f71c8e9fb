// SPDX-License-Identifier: MIT
#include "hash.hpp"

#include <windows.h>

#include <bcrypt.h>

#include <stdexcept>

namespace {

void check(NTSTATUS status) {
    if (status < 0) throw std::runtime_error("the cryptography of Windows failed");
}

// One provider for the whole program; it is never closed.
BCRYPT_ALG_HANDLE provider() {
    static const BCRYPT_ALG_HANDLE opened = [] {
        BCRYPT_ALG_HANDLE handle = nullptr;
        check(BCryptOpenAlgorithmProvider(&handle, BCRYPT_SHA256_ALGORITHM, nullptr, 0));
        return handle;
    }();
    return opened;
}

}  // namespace

struct sha256::state {
    BCRYPT_HASH_HANDLE value = nullptr;
    ~state() { BCryptDestroyHash(value); }
};

sha256::sha256() : state_(std::make_unique<state>()) {
    check(BCryptCreateHash(provider(), &state_->value, nullptr, 0, nullptr, 0, 0));
}
sha256::~sha256() = default;

void sha256::update(std::span<const char> bytes) {
    auto* data = reinterpret_cast<PUCHAR>(const_cast<char*>(bytes.data()));
    check(BCryptHashData(state_->value, data, static_cast<ULONG>(bytes.size()), 0));
}

digest sha256::finish() {
    digest result;
    check(BCryptFinishHash(state_->value, result.data(), static_cast<ULONG>(result.size()), 0));
    return result;
}
