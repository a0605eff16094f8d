#include "certificate.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "chassis/certificate.h"
#include "chassis/metrics.h"

namespace audit {

void tell_certificate_end(const std::string& path) {
  static const auto gauge = chassis::gauge("certificate_end_timestamp_seconds",
                                           "When the gateway's certificate ends, in Unix time");
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"cannot read " + path};
  const std::string pem{std::istreambuf_iterator<char>{file}, {}};
  const auto end = chassis::certificate_end(pem).time_since_epoch();
  gauge.set(std::chrono::duration<double>(end).count());
}

}  // namespace audit
