#include "certificate.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "chassis/testing/metrics.h"

namespace audit {
namespace {

class CertificateTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Writes a certificate that ends in so many days, as a renewal does.
  void renew(int days) const {
    const auto command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc" +
                         (" -subj /CN=localhost -days " + std::to_string(days)) + " -keyout " +
                         (folder_ / "key").string() + " -out " + path() + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  std::string path() const { return (folder_ / "tls.crt").string(); }
  static double told() {
    return chassis::testing::metric("certificate_end_timestamp_seconds").value();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("certificate-test-" + std::to_string(getpid()));
};

TEST_F(CertificateTest, a_renewed_certificate_moves_the_end) {
  constexpr double day = 86'400;
  renew(1);
  tell_certificate_end(path());
  const double before = told();
  renew(31);
  tell_certificate_end(path());
  EXPECT_NEAR(told() - before, 30 * day, day / 2);
}

TEST_F(CertificateTest, a_file_without_one_is_a_failure) {
  EXPECT_THROW(tell_certificate_end(path()), std::runtime_error);
  std::ofstream{path()} << "not a certificate";
  EXPECT_THROW(tell_certificate_end(path()), std::runtime_error);
}

}  // namespace
}  // namespace audit
