#include "chassis/auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "base64url.h"
#include "chassis/config.h"
#include "chassis/id.h"
#include "chassis/json.h"

namespace chassis {

struct Jwk {
  std::string kty, crv, x, y, use, alg, kid;
};
template <>
struct Fields<Jwk> {
  static constexpr auto list = std::make_tuple(
      field("kty", &Jwk::kty), field("crv", &Jwk::crv), field("x", &Jwk::x), field("y", &Jwk::y),
      field("use", &Jwk::use), field("alg", &Jwk::alg), field("kid", &Jwk::kid));
};

struct JwkSet {
  std::vector<Jwk> keys;
};
template <>
struct Fields<JwkSet> {
  static constexpr auto list = std::make_tuple(field("keys", &JwkSet::keys));
};

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using Key = std::shared_ptr<EVP_PKEY>;

// --- digests: the examples of FIPS 180-2 and RFC 4231

TEST(Digest, sha256_is_that_of_the_standard) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_NE(sha256_hex(std::string_view{"a\0b", 3}), sha256_hex("a"));
}

TEST(Digest, hmac_is_that_of_the_standard) {
  // 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
  EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
  EXPECT_EQ(hmac_sha256("", ""), "thNnmggU2ex3L5XXeMNfxf8Wl8STcVZTxscSFEKSxa0");
}

TEST(Digest, secrets_are_equal_only_when_all_of_them_is) {
  EXPECT_TRUE(equal_secrets("", ""));
  EXPECT_TRUE(equal_secrets("secret", "secret"));
  EXPECT_FALSE(equal_secrets("secret", "secreT"));
  EXPECT_FALSE(equal_secrets("secret", "secre"));
  EXPECT_FALSE(equal_secrets("secret", ""));
}

// --- passwords

constexpr std::size_t memory_kib = 8'192;
constexpr unsigned passes = 1;

TEST(Password, a_hash_is_argon2id_with_its_costs_and_salted) {
  const auto hash = password_hash("caravan of tea", memory_kib, passes);
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=8192,t=1,p=1$"));
  EXPECT_NE(hash, password_hash("caravan of tea", memory_kib, passes));
}

TEST(Password, matches_itself_and_nothing_else) {
  for (const auto& password : {std::string{"caravan of tea"}, std::string{},
                               std::string{"caf\xc3\xa9\0nul", 9}, std::string(1'000, 'x')}) {
    const auto hash = password_hash(password, memory_kib, passes);
    EXPECT_TRUE(password_matches(hash, password));
    EXPECT_FALSE(password_matches(hash, password + "x"));
    EXPECT_FALSE(password_matches(hash, "Caravan of tea"));
  }
  const auto cut = password_hash(std::string{"a\0b", 3}, memory_kib, passes);
  EXPECT_FALSE(password_matches(cut, "a"));
}

TEST(Password, what_is_no_hash_matches_nothing) {
  for (const auto& text :
       {std::string{}, std::string{"caravan of tea"}, std::string{"$argon2id$v=19$m=8192,t=1,p=1$"},
        std::string(5'000, '$')}) {
    EXPECT_FALSE(password_matches(text, "caravan of tea"));
    EXPECT_TRUE(password_needs_rehash(text, memory_kib, passes));
  }
}

TEST(Password, other_costs_call_for_another_hash) {
  const auto hash = password_hash("caravan of tea", memory_kib, passes);
  EXPECT_FALSE(password_needs_rehash(hash, memory_kib, passes));
  EXPECT_TRUE(password_needs_rehash(hash, 2 * memory_kib, passes));
  EXPECT_TRUE(password_needs_rehash(hash, memory_kib, passes + 1));
}

TEST(Password, threads_hash_side_by_side) {
  std::vector<std::future<bool>> right;
  right.reserve(4);
  for (int i = 0; i < 4; ++i) {
    right.push_back(std::async(std::launch::async, [] {
      return password_matches(password_hash("tea", memory_kib, passes), "tea");
    }));
  }
  for (auto& one : right) EXPECT_TRUE(one.get());
}

// --- keys

Key new_key(const char* curve = "P-256") { return {EVP_EC_gen(curve), EVP_PKEY_free}; }

template <typename Write>
std::string pem_of(Write write) {
  const std::shared_ptr<BIO> out{BIO_new(BIO_s_mem()), BIO_free};
  EXPECT_EQ(write(out.get()), 1);
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}
std::string private_pem(const Key& key) {
  return pem_of([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}
std::string encrypted_pem(const Key& key) {
  return pem_of([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out, key.get(), EVP_aes_128_cbc(), "pass", 4, nullptr,
                                         nullptr);
  });
}
std::string public_pem(const Key& key) {
  return pem_of([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
}

class KeyRingTest : public ::testing::Test {
 protected:
  KeyRingTest() { fs::create_directory(folder_); }
  ~KeyRingTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
  }
  /// A folder with the key "one", which signs.
  Key with_one_key() const {
    auto key = new_key();
    write("one.key.pem", private_pem(key));
    write("signing-kid", "one\n");
    return key;
  }
  KeyRing open() const { return KeyRing{folder_.string()}; }
  static std::vector<Jwk> published(const KeyRing& ring) {
    return from_json<JwkSet>(ring.jwks()).keys;
  }
  static std::vector<std::string> kids(const KeyRing& ring) {
    std::vector<std::string> list;
    for (const auto& key : published(ring)) list.push_back(key.kid);
    return list;
  }
  static std::string sign(const KeyRing& ring) {
    return ring.sign({"ada", "admin", "token-1"}, "https://shop.example", "serai",
                     Time{seconds{1'800'000'000}} + std::chrono::microseconds{999'999},
                     seconds{900});
  }
  static std::string header(const std::string& token) {
    return base64url_decoded(token.substr(0, token.find('.'))).value();
  }

  const fs::path folder_ = fs::temp_directory_path() / ("keys-" + new_id());
};

/// The public key of a JWK, built anew from its coordinates.
Key key_of(const Jwk& jwk) {
  const auto point = "\x04" + base64url_decoded(jwk.x).value() + base64url_decoded(jwk.y).value();
  const std::shared_ptr<OSSL_PARAM_BLD> list{OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free};
  OSSL_PARAM_BLD_push_utf8_string(list.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(list.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  const std::shared_ptr<OSSL_PARAM> parameters{OSSL_PARAM_BLD_to_param(list.get()),
                                               OSSL_PARAM_free};
  const std::shared_ptr<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr),
                                              EVP_PKEY_CTX_free};
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EXPECT_EQ(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()), 1);
  return {key, EVP_PKEY_free};
}

/// As RFC 7518 says: r and s, 32 bytes each, over "header.claims".
bool verifies(const std::string& token, const Key& key) {
  const auto dot = token.rfind('.');
  const auto raw = base64url_decoded(token.substr(dot + 1)).value();
  if (raw.size() != 64) return false;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const std::shared_ptr<ECDSA_SIG> signature{ECDSA_SIG_new(), ECDSA_SIG_free};
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, 32, nullptr),
                 BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const auto length = i2d_ECDSA_SIG(signature.get(), &der);
  const std::shared_ptr<EVP_MD_CTX> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
  const auto right =
      EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(length),
                       reinterpret_cast<const unsigned char*>(token.data()), dot) == 1;
  OPENSSL_free(der);
  return right;
}

TEST_F(KeyRingTest, a_token_says_what_rfc_9068_asks_for) {
  with_one_key();
  const auto token = sign(open());
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  EXPECT_EQ(header(token), R"({"alg":"ES256","typ":"at+jwt","kid":"one"})");
  EXPECT_EQ(base64url_decoded(token.substr(first + 1, last - first - 1)),
            R"({"iss":"https://shop.example","aud":"serai","sub":"ada","iat":1800000000,)"
            R"("exp":1800000900,"jti":"token-1","roles":"admin"})");
}

TEST_F(KeyRingTest, whoever_has_the_key_set_can_check_a_token) {
  with_one_key();
  const auto ring = open();
  const auto keys = published(ring);
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].kty, "EC");
  EXPECT_EQ(keys[0].crv, "P-256");
  EXPECT_EQ(keys[0].use, "sig");
  EXPECT_EQ(keys[0].alg, "ES256");
  EXPECT_EQ(keys[0].kid, "one");
  const auto key = key_of(keys[0]);
  // Often enough that r and s begin with zero bytes at times, which must be written as well.
  for (int i = 0; i < 600; ++i) {
    auto token = sign(ring);
    ASSERT_TRUE(verifies(token, key));
    token[token.find('.') + 1] ^= 1;
    ASSERT_FALSE(verifies(token, key));
  }
  EXPECT_FALSE(verifies(sign(ring), new_key()));
}

TEST_F(KeyRingTest, the_key_set_publishes_every_public_key_and_no_private_one) {
  with_one_key();
  const auto two = new_key();
  write("two.key.pem", private_pem(two));
  write("two.pub.pem", public_pem(two));
  write("old_3-X.pub.pem", public_pem(new_key()));
  write(".two.key.pem.swp", "an editor's");
  write("README", "for people");
  const auto ring = open();
  EXPECT_THAT(kids(ring), ::testing::UnorderedElementsAre("old_3-X", "one", "two"));
  EXPECT_THAT(ring.jwks(), Not(HasSubstr("\"d\"")));
}

TEST_F(KeyRingTest, a_folder_that_cannot_be_used_stops_the_start) {
  EXPECT_THROW(KeyRing{"/no/such/folder"}, ConfigError);
  EXPECT_THROW(open(), ConfigError) << "empty";
  with_one_key();
  EXPECT_NO_THROW(open());
  const auto refuses = [&](const std::string& name, const std::string& text) {
    write(name, text);
    EXPECT_THROW(open(), ConfigError) << name;
    fs::remove(folder_ / name);
  };
  refuses("a b.key.pem", private_pem(new_key()));
  refuses(".key.pem", private_pem(new_key()));
  refuses(std::string(65, 'x') + ".key.pem", private_pem(new_key()));
  refuses("two.key.pem", "");
  refuses("two.key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  refuses("two.key.pem", public_pem(new_key()));
  refuses("two.key.pem", encrypted_pem(new_key()));
  refuses("two.key.pem", private_pem(new_key("P-384")));
  refuses("two.key.pem", private_pem({EVP_RSA_gen(2048), EVP_PKEY_free}));
  refuses("two.key.pem", private_pem(new_key()) + std::string(20'000, ' '));
  refuses("two.pub.pem", private_pem(new_key()));
  refuses("one.pub.pem", public_pem(new_key()));
  refuses("signing-kid", "two");
  write("signing-kid", "");
  EXPECT_THROW(open(), ConfigError);
  write("two.pub.pem", public_pem(new_key()));
  write("signing-kid", "two");
  EXPECT_THROW(open(), ConfigError) << "a public key cannot sign";
}

/// Whether `condition` comes true while we wait for the next look at the folder.
template <typename Condition>
bool comes_true(Condition condition) {
  const auto give_up = std::chrono::steady_clock::now() + seconds{20};
  while (std::chrono::steady_clock::now() < give_up) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST_F(KeyRingTest, keys_rotate_without_a_restart) {
  with_one_key();
  const auto ring = open();
  write("two.key.pem", private_pem(new_key()));
  EXPECT_TRUE(comes_true([&] { return kids(ring).size() == 2; }));
  EXPECT_THAT(header(sign(ring)), HasSubstr(R"("kid":"one")"));
  write("signing-kid", "two");
  EXPECT_TRUE(comes_true([&] { return header(sign(ring)).find("two") != std::string::npos; }));
  fs::remove(folder_ / "one.key.pem");
  EXPECT_TRUE(comes_true([&] { return kids(ring) == std::vector<std::string>{"two"}; }));
}

TEST_F(KeyRingTest, a_folder_swapped_as_kubernetes_does_is_read_as_one) {
  const auto make = [&](const std::string& name, const std::string& kid) {
    fs::create_directory(folder_ / name);
    std::ofstream{folder_ / name / (kid + ".key.pem")} << private_pem(new_key());
    std::ofstream{folder_ / name / "signing-kid"} << kid;
    fs::create_directory_symlink(name, folder_ / "..new");
    fs::rename(folder_ / "..new", folder_ / "..data");
  };
  make("..2026_1", "one");
  fs::create_symlink("..data/one.key.pem", folder_ / "one.key.pem");
  fs::create_symlink("..data/signing-kid", folder_ / "signing-kid");
  const auto ring = open();
  EXPECT_EQ(kids(ring), std::vector<std::string>{"one"});
  // The links to the single files follow only afterwards, and one dangles meanwhile.
  make("..2026_2", "two");
  EXPECT_TRUE(comes_true([&] { return kids(ring) == std::vector<std::string>{"two"}; }));
  EXPECT_THAT(header(sign(ring)), HasSubstr(R"("kid":"two")"));
}

TEST_F(KeyRingTest, a_broken_folder_keeps_the_keys_read_before_and_says_so_once) {
  with_one_key();
  const auto ring = open();
  const auto key = key_of(published(ring)[0]);
  std::string printed;
  const auto breaks = [&](const std::string& name, const std::string& text, const char* complaint) {
    printed.clear();
    ::testing::internal::CaptureStdout();
    write(name, text);
    const auto said = comes_true([&] {
      const auto right = verifies(sign(ring), key);
      printed += ::testing::internal::GetCapturedStdout();
      ::testing::internal::CaptureStdout();
      return !right || printed.find(complaint) != std::string::npos;
    });
    printed += ::testing::internal::GetCapturedStdout();
    EXPECT_TRUE(said) << printed;
    EXPECT_TRUE(verifies(sign(ring), key));
  };
  breaks("signing-kid", "two", "signing-kid names no private key");
  breaks("one.key.pem", "half a k", "one.key.pem is not a key");
  EXPECT_EQ(kids(ring), std::vector<std::string>{"one"});
  EXPECT_THAT(printed, Not(HasSubstr("half a k")));
  write("two.key.pem", private_pem(new_key()));
  write("signing-kid", "two");
  fs::remove(folder_ / "one.key.pem");
  EXPECT_TRUE(comes_true([&] { return kids(ring) == std::vector<std::string>{"two"}; }));
}

TEST_F(KeyRingTest, threads_sign_while_keys_change) {
  with_one_key();
  const auto ring = open();
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!over) EXPECT_THAT(sign(ring), MatchesRegex("[^.]+\\.[^.]+\\.[^.]+"));
    });
  }
  write("two.key.pem", private_pem(new_key()));
  write("signing-kid", "two");
  EXPECT_TRUE(comes_true([&] { return header(sign(ring)).find("two") != std::string::npos; }));
  over = true;
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace chassis
