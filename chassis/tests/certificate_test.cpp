#include "chassis/certificate.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace chassis {
namespace {

// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=localhost -days 1
constexpr auto pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfDCCASOgAwIBAgIURyntnZlz/pIxbHRRsr9UatogvIUwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEzMDE1Mzk0NloXDTI2MTIwMTE1\n"
    "Mzk0NlowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
    "AQcDQgAEj/ak1+ZennPFQLd4yVVXunhgcKCPQZD6498eivjr7yJiE7sJ2N1m20KG\n"
    "hGQq6YO1Eh/w/axQMrWXqJ2TUy+du6NTMFEwHQYDVR0OBBYEFA0QPY60f5p/PwWa\n"
    "XGSST3go6M/0MB8GA1UdIwQYMBaAFA0QPY60f5p/PwWaXGSST3go6M/0MA8GA1Ud\n"
    "EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgdbG61HOgYhV+nyhhrJwOtSsI\n"
    "mkUliFZks+sooQFRbrcCIDYvkmqKresG5+KLT3fT96W0VM8HNevzyBwgF39PXVrA\n"
    "-----END CERTIFICATE-----\n";
constexpr auto later_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfTCCASOgAwIBAgIUNBdD4e2RLm2pHbZo1qJNKjP63hIwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MB4XDTI2MTEzMDE1Mzk0NloXDTI4MDEwNDE1\n"
    "Mzk0NlowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
    "AQcDQgAE3AvGxGatXn2k7eUHjdMmDyGKnHWuLVHjcbHHmzPj7vC/JyERoxsfQj5z\n"
    "y7tfUT5Rym6LmMs/L+4NAfOHzjHaM6NTMFEwHQYDVR0OBBYEFGyG2kFPlSZiNVcD\n"
    "SFhieZxhoiFtMB8GA1UdIwQYMBaAFGyG2kFPlSZiNVcDSFhieZxhoiFtMA8GA1Ud\n"
    "EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgL+MFIkQBBGVLV8O6ZfFPBLF7\n"
    "4xjWSb8K5p3pKbp1eGECIQDpbexEjoAdQlrKDZUIUnBKeqJaGLX8j2povB5wKAeJ\n"
    "zA==\n"
    "-----END CERTIFICATE-----\n";

TEST(Certificate, tells_when_it_ends) {
  EXPECT_EQ(std::chrono::system_clock::to_time_t(certificate_end(pem)), 1796139586);
}

TEST(Certificate, of_a_chain_the_first_counts) {
  EXPECT_EQ(certificate_end(std::string{pem} + later_pem), certificate_end(pem));
  EXPECT_NE(certificate_end(later_pem), certificate_end(pem));
}

TEST(Certificate, anything_else_is_refused) {
  EXPECT_THROW(certificate_end(""), std::runtime_error);
  EXPECT_THROW(
      certificate_end("-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----\n"),
      std::runtime_error);
}

}  // namespace
}  // namespace chassis
