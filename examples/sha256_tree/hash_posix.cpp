// SPDX-License-Identifier: MIT
#include "hash.hpp"

#include <sodium.h>

struct sha256::state {
    crypto_hash_sha256_state value;
};

sha256::sha256() : state_(std::make_unique<state>()) { crypto_hash_sha256_init(&state_->value); }
sha256::~sha256() = default;

void sha256::update(std::span<const char> bytes) {
    crypto_hash_sha256_update(&state_->value, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

digest sha256::finish() {
    digest result;
    crypto_hash_sha256_final(&state_->value, result.data());
    return result;
}
