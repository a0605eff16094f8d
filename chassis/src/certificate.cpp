#include "chassis/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <new>
#include <stdexcept>

namespace chassis {

std::chrono::system_clock::time_point certificate_end(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> text{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  if (!text) throw std::bad_alloc{};
  const std::unique_ptr<X509, void (*)(X509*)> certificate{
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free};
  ERR_clear_error();
  std::tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) {
    throw std::runtime_error{"there is no certificate in PEM"};
  }
  return std::chrono::system_clock::from_time_t(timegm(&end));
}

}  // namespace chassis
