// SPDX-License-Identifier: MIT
// TLS by OpenSSL, loaded when it is first needed, as for digests.
#include "platform/tls.hpp"

#include <arpa/inet.h>
#include <cstdint>
#include <dlfcn.h>
#include <new>
#include <openssl/err.h>
#include <openssl/opensslv.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <system_error>

#define BROOD_TEXT_OF(x) #x
#define BROOD_TEXT(x) BROOD_TEXT_OF(x)

namespace brood::platform {
namespace {

// The library whose headers these are; with it comes libcrypto, of the same number.
constexpr const char* library_name = "libssl.so." BROOD_TEXT(OPENSSL_SHLIB_VERSION);

void* open_library() {
    void* const library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        throw std::system_error(std::make_error_code(std::errc::function_not_supported),
                                std::string("TLS needs OpenSSL: ") + ::dlerror());
    return library;
}

template <class Function>
class loaded {
public:
    loaded(void* library, const char* name) : function_(reinterpret_cast<Function*>(::dlsym(library, name))) {
        if (function_ == nullptr) throw std::runtime_error(std::string(library_name) + " lacks " + name);
    }
    template <class... A>
    auto operator()(A... arguments) const {
        return function_(arguments...);
    }

private:
    Function* function_;
};

// The functions that are used, under their own names.
struct openssl {
    void* library = open_library();
#define BROOD_LOADED(NAME) \
    loaded<decltype(::NAME)> NAME { library, #NAME }
    BROOD_LOADED(OPENSSL_init_ssl);
    BROOD_LOADED(TLS_server_method);
    BROOD_LOADED(TLS_client_method);
    BROOD_LOADED(SSL_CTX_new);
    BROOD_LOADED(SSL_CTX_free);
    BROOD_LOADED(SSL_CTX_ctrl);
    BROOD_LOADED(SSL_CTX_use_certificate_chain_file);
    BROOD_LOADED(SSL_CTX_use_PrivateKey_file);
    BROOD_LOADED(SSL_CTX_check_private_key);
    BROOD_LOADED(SSL_CTX_load_verify_file);
    BROOD_LOADED(SSL_CTX_set_default_verify_paths);
    BROOD_LOADED(SSL_CTX_set_verify);
    BROOD_LOADED(SSL_new);
    BROOD_LOADED(SSL_free);
    BROOD_LOADED(SSL_ctrl);
    BROOD_LOADED(SSL_set_bio);
    BROOD_LOADED(SSL_set_accept_state);
    BROOD_LOADED(SSL_set_connect_state);
    BROOD_LOADED(SSL_do_handshake);
    BROOD_LOADED(SSL_get_error);
    BROOD_LOADED(SSL_get0_param);
    BROOD_LOADED(SSL_get_verify_result);
    BROOD_LOADED(SSL_read);
    BROOD_LOADED(SSL_write);
    BROOD_LOADED(SSL_shutdown);
    BROOD_LOADED(BIO_new);
    BROOD_LOADED(BIO_s_mem);
    BROOD_LOADED(BIO_read);
    BROOD_LOADED(BIO_write);
    BROOD_LOADED(X509_VERIFY_PARAM_set1_host);
    BROOD_LOADED(X509_VERIFY_PARAM_set1_ip_asc);
    BROOD_LOADED(X509_verify_cert_error_string);
    BROOD_LOADED(ERR_get_error);
    BROOD_LOADED(ERR_clear_error);
    BROOD_LOADED(ERR_reason_error_string);
#undef BROOD_LOADED

    static const openssl& load();
    static const openssl& get() {
        static const openssl& functions = load();
        return functions;
    }
};

// Never freed. As for digests, no exit handler may free what the library has: threads of connections use it.
const openssl& openssl::load() {
    const auto* const made = new openssl;
    made->OPENSSL_init_ssl(std::uint64_t{OPENSSL_INIT_NO_ATEXIT}, nullptr);
    return *made;
}

std::string last_reason() {
    const auto& api = openssl::get();
    const unsigned long code = api.ERR_get_error();
    const char* const reason = code == 0 ? nullptr : api.ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

bool is_ip_address(const std::string& text) {
    in6_addr any{};
    return ::inet_pton(AF_INET, text.c_str(), &any) == 1 || ::inet_pton(AF_INET6, text.c_str(), &any) == 1;
}

class session final : public tls_session {
public:
    session(SSL_CTX* context, const tls_settings& settings) : ssl_(api_.SSL_new(context)) {
        BIO* const in = api_.BIO_new(api_.BIO_s_mem());
        BIO* const out = api_.BIO_new(api_.BIO_s_mem());
        if (ssl_ == nullptr || in == nullptr || out == nullptr) throw std::bad_alloc();
        api_.SSL_set_bio(ssl_, in, out);  // frees them
        in_ = in;
        out_ = out;
        if (settings.listens)
            api_.SSL_set_accept_state(ssl_);
        else
            expect(settings.peer);
    }
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session() override { api_.SSL_free(ssl_); }

    bool shake_hands() override {
        api_.ERR_clear_error();  // what the program's own use of the library left
        return step(api_.SSL_do_handshake(ssl_), "the handshake failed");
    }
    void feed(std::span<const std::byte> came) override {
        if (api_.BIO_write(in_, came.data(), static_cast<int>(came.size())) != static_cast<int>(came.size()))
            throw std::bad_alloc();
    }
    std::vector<std::byte> drain() override {
        std::vector<std::byte> bytes(some);
        const int size = api_.BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }
    std::vector<std::byte> read() override {
        std::vector<std::byte> bytes(some);
        const int size = api_.SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()));
        bytes.resize(step(size, "what came cannot be read") ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }
    bool has_ended() const override { return ended_; }
    void write(std::span<const std::byte> plain) override {
        if (!step(api_.SSL_write(ssl_, plain.data(), static_cast<int>(plain.size())), "nothing can be sent"))
            throw std::runtime_error("TLS: nothing can be sent now");
    }
    void end() noexcept override { api_.SSL_shutdown(ssl_); }

private:
    static constexpr std::size_t some = 16 << 10;  // what one TLS record holds

    void expect(const std::string& peer) {
        api_.SSL_set_connect_state(ssl_);
        X509_VERIFY_PARAM* const checks = api_.SSL_get0_param(ssl_);
        const bool by_ip = is_ip_address(peer);
        const int known = by_ip ? api_.X509_VERIFY_PARAM_set1_ip_asc(checks, peer.c_str())
                                : api_.X509_VERIFY_PARAM_set1_host(checks, peer.data(), peer.size());
        if (known != 1) throw std::bad_alloc();
        if (!by_ip)
            api_.SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                          const_cast<char*>(peer.c_str()));
    }
    // False when more must come first.
    bool step(int result, const char* what) {
        if (result > 0) return true;
        const int error = api_.SSL_get_error(ssl_, result);
        if (error == SSL_ERROR_WANT_READ) return false;
        if (error == SSL_ERROR_ZERO_RETURN) {
            ended_ = true;
            return false;
        }
        const long verdict = api_.SSL_get_verify_result(ssl_);
        const std::string why =
            verdict != X509_V_OK ? std::string(api_.X509_verify_cert_error_string(verdict)) : last_reason();
        api_.ERR_clear_error();
        throw std::runtime_error("TLS: " + std::string(what) + ": " + why);
    }

    const openssl& api_ = openssl::get();
    SSL* ssl_;
    BIO *in_ = nullptr, *out_ = nullptr;
    bool ended_ = false;
};

class context final : public tls_context {
public:
    explicit context(const tls_settings& settings)
        : settings_(settings),
          context_(api_.SSL_CTX_new(settings.listens ? api_.TLS_server_method() : api_.TLS_client_method())) {
        if (context_ == nullptr) throw std::bad_alloc();
        try {
            set_up();
        } catch (...) {
            api_.SSL_CTX_free(context_);
            throw;
        }
    }
    context(const context&) = delete;
    context& operator=(const context&) = delete;
    ~context() override { api_.SSL_CTX_free(context_); }

    std::unique_ptr<tls_session> begin() const override { return std::make_unique<session>(context_, settings_); }

private:
    void set_up() {
        api_.ERR_clear_error();
        api_.SSL_CTX_ctrl(context_, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
        if (!settings_.certificate.empty()) use_certificate();
        if (!settings_.authorities.empty())
            require(api_.SSL_CTX_load_verify_file(context_, settings_.authorities.c_str()), settings_.authorities);
        else if (!settings_.listens)
            require(api_.SSL_CTX_set_default_verify_paths(context_), "the system's certificates");
        if (!settings_.listens || !settings_.authorities.empty())
            api_.SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    void use_certificate() {
        const std::string& key = settings_.private_key;
        require(api_.SSL_CTX_use_certificate_chain_file(context_, settings_.certificate.c_str()),
                settings_.certificate);
        require(api_.SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM), key);
        require(api_.SSL_CTX_check_private_key(context_), key);
    }
    static void require(int result, const std::string& what) {
        if (result != 1) throw std::runtime_error("TLS: cannot use " + what + ": " + last_reason());
    }

    const openssl& api_ = openssl::get();
    const tls_settings settings_;
    SSL_CTX* context_;
};

}  // namespace

std::unique_ptr<tls_context> make_tls_context(const tls_settings& settings) {
    return std::make_unique<context>(settings);
}

}  // namespace brood::platform
