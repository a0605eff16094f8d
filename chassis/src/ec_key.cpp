#include "ec_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>

namespace chassis {
namespace {

constexpr std::size_t number_bytes = 32;  // a coordinate, r or s on P-256
constexpr std::string_view curve = "prime256v1";

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using CheckContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

/// OpenSSL would ask a person for the passphrase of an encrypted key, on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

std::string bytes_of(const BIGNUM* number) {
  std::array<unsigned char, number_bytes> bytes{};
  if (BN_bn2binpad(number, bytes.data(), number_bytes) != number_bytes) {
    throw std::runtime_error{"a number of the key is too long"};
  }
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
    throw std::runtime_error{"the key has no public point"};
  }
  return bytes_of(Number{number}.get());
}

using Read = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);
using Check = int (*)(EVP_PKEY_CTX*);

std::shared_ptr<EVP_PKEY> read_key(const std::string& pem, Read read, Check check) {
  const Bio text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (!text) throw std::bad_alloc{};
  std::shared_ptr<EVP_PKEY> key{read(text.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free};
  ERR_clear_error();
  if (!key) throw std::runtime_error{"is not a key in PEM"};
  std::array<char, 64> group{};
  if (EVP_PKEY_get_utf8_string_param(key.get(), OSSL_PKEY_PARAM_GROUP_NAME, group.data(),
                                     group.size(), nullptr) != 1 ||
      group.data() != curve) {
    ERR_clear_error();
    throw std::runtime_error{"is not a key on the curve P-256"};
  }
  const CheckContext context{EVP_PKEY_CTX_new(key.get(), nullptr)};
  if (!context || check(context.get()) != 1) {
    ERR_clear_error();
    throw std::runtime_error{"is a broken key"};
  }
  return key;
}

}  // namespace

EcKey::EcKey(std::shared_ptr<void> key)
    : key_{std::move(key)},
      x_{coordinate(static_cast<EVP_PKEY*>(key_.get()), OSSL_PKEY_PARAM_EC_PUB_X)},
      y_{coordinate(static_cast<EVP_PKEY*>(key_.get()), OSSL_PKEY_PARAM_EC_PUB_Y)} {}

EcKey EcKey::from_private_pem(const std::string& pem) {
  return EcKey{read_key(pem, PEM_read_bio_PrivateKey, EVP_PKEY_pairwise_check)};
}

EcKey EcKey::from_public_pem(const std::string& pem) {
  return EcKey{read_key(pem, PEM_read_bio_PUBKEY, EVP_PKEY_public_check)};
}

std::string EcKey::sign(std::string_view text) const {
  const Context context{EVP_MD_CTX_new()};
  if (!context) throw std::bad_alloc{};
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::array<unsigned char, 80> der{};  // SEQUENCE of two INTEGER: at most 72 bytes
  auto length = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr,
                         static_cast<EVP_PKEY*>(key_.get())) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &length, bytes, text.size()) != 1) {
    ERR_clear_error();
    throw std::runtime_error{"signing failed"};
  }
  const auto* position = static_cast<const unsigned char*>(der.data());
  const Signature signature{d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(length))};
  if (!signature) throw std::runtime_error{"signing failed"};
  return bytes_of(ECDSA_SIG_get0_r(signature.get())) + bytes_of(ECDSA_SIG_get0_s(signature.get()));
}

}  // namespace chassis
