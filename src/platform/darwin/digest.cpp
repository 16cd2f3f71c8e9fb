// SPDX-License-Identifier: MIT
// macOS: digests by CommonCrypto, which has no SHA-3.
#include "platform/socket.hpp"

#include <CommonCrypto/CommonDigest.h>
#include <CommonCrypto/CommonHMAC.h>
#include <stdlib.h>

namespace brood::platform {

std::optional<std::string> hmac(digest which, std::string_view key, std::string_view message) {
    CCHmacAlgorithm algorithm = kCCHmacAlgMD5;
    std::size_t size = CC_MD5_DIGEST_LENGTH;
    switch (which) {
        case digest::md5: break;
        case digest::sha256: algorithm = kCCHmacAlgSHA256, size = CC_SHA256_DIGEST_LENGTH; break;
        case digest::sha384: algorithm = kCCHmacAlgSHA384, size = CC_SHA384_DIGEST_LENGTH; break;
        case digest::sha3_256:
        case digest::sha3_384: return std::nullopt;
    }
    std::string result(size, '\0');
    CCHmac(algorithm, key.data(), key.size(), message.data(), message.size(), result.data());
    return result;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    ::arc4random_buf(bytes.data(), count);
    return bytes;
}

}  // namespace brood::platform
