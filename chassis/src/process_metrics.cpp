#include "process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

#include "chassis/metrics.h"

namespace chassis {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// A line such as "VmRSS:    17000 kB" of /proc/self/status, in bytes; 0 when it is not there.
double status_bytes(const std::string& name) {
  std::ifstream status{"/proc/self/status"};
  std::string word;
  double kib = 0;
  while (status >> word) {
    if (word == name + ":" && status >> kib) return kib * 1024;
  }
  return 0;
}

double open_descriptors() {
  double count = 0;
  if (DIR* folder = opendir("/proc/self/fd"); folder != nullptr) {
    while (readdir(folder) != nullptr) ++count;
    closedir(folder);
  }
  return count > 3 ? count - 3 : 0;  // ".", ".." and the folder itself
}

double started() {
  static const double when =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return when;
}

}  // namespace

void refresh_process_metrics() {
  static const auto cpu = counter("process_cpu_seconds_total", "CPU time, user and system");
  static const auto resident = gauge("process_resident_memory_bytes", "Resident memory");
  static const auto anonymous =
      gauge("process_anonymous_memory_bytes", "Resident memory that is no file's");
  static const auto virtual_memory = gauge("process_virtual_memory_bytes", "Virtual memory");
  static const auto descriptors = gauge("process_open_fds", "Open file descriptors");
  static const auto descriptors_max =
      gauge("process_max_fds", "Most file descriptors that may be open");
  static const auto start =
      gauge("process_start_time_seconds", "When the process started, in Unix time");
  static double cpu_before = 0;

  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double cpu_now = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cpu.add(cpu_now - cpu_before);
  cpu_before = cpu_now;
  resident.set(status_bytes("VmRSS"));
  anonymous.set(status_bytes("RssAnon"));
  virtual_memory.set(status_bytes("VmSize"));
  descriptors.set(open_descriptors());
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  descriptors_max.set(static_cast<double>(limit.rlim_cur));
  start.set(started());
}

}  // namespace chassis
