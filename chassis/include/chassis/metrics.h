#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace chassis {

/// Prometheus metrics of this process. Names are in base units with the usual endings (_total,
/// _seconds, _bytes). Resolve a handle once, at start-up or on first use of a label: a look-up
/// costs 60 times what counting costs. The same name and labels give the same series. Labels must
/// come from a small fixed set, never from input.
using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  void add(double amount = 1) const;

 private:
  friend Counter counter(const std::string&, const std::string&, const Labels&);
  void* series_ = nullptr;
};

class Gauge {
 public:
  void set(double value) const;
  void add(double amount) const;

 private:
  friend Gauge gauge(const std::string&, const std::string&, const Labels&);
  void* series_ = nullptr;
};

class Histogram {
 public:
  void observe(double value) const;

 private:
  friend Histogram histogram(const std::string&, const std::string&, const Labels&,
                             const std::vector<double>&);
  void* series_ = nullptr;
};

/// Seconds, from half a millisecond to ten seconds.
const std::vector<double>& duration_buckets();

Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
Histogram histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                    const std::vector<double>& buckets = duration_buckets());

/// Runs `refresh` before each scrape, in the event loop: it must be quick and not block.
void before_scrape(std::function<void()> refresh);

/// The text exposition format, process_* included.
std::string metrics_text();

}  // namespace chassis
