#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace user {

/// A folder with one signing key, gone with this object.
class KeyFolder {
 public:
  KeyFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "keys-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    path_ = path;
    auto* const key = EVP_EC_gen("P-256");
    auto* const file = std::fopen((path_ / "one.key.pem").c_str(), "w");
    const bool written = file != nullptr && PEM_write_PrivateKey(file, key, nullptr, nullptr, 0,
                                                                 nullptr, nullptr) == 1;
    if (file != nullptr) std::fclose(file);
    EVP_PKEY_free(key);
    if (!written) throw std::runtime_error{"no key written"};
    std::ofstream{path_ / "signing-kid"} << "one\n";
  }
  ~KeyFolder() { std::filesystem::remove_all(path_); }
  KeyFolder(const KeyFolder&) = delete;
  KeyFolder& operator=(const KeyFolder&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace user
