#include "check_routes.h"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <thread>

#include "report_json.h"

namespace audit {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto look_period = 200ms;
constexpr auto word_period = 5s;  // between two lines about how far it is

/// Why it cannot be said whether the books are in order.
struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Arguments {
  std::optional<std::int64_t> settle_ms;
  bool json = false;
};

constexpr auto usage = "usage: audit check [--settle SECONDS] [--json]";

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--json") {
      arguments.json = true;
    } else if (*word == "--settle" && std::next(word) != words.end()) {
      const auto& text = *++word;
      std::int64_t seconds = -1;
      const auto* end = text.data() + text.size();
      const auto parsed = std::from_chars(text.data(), end, seconds);
      if (parsed.ec != std::errc{} || parsed.ptr != end || seconds < 0 ||
          seconds > settle_ms_max / 1000) {
        throw Unknown{"--settle takes 0 to " + std::to_string(settle_ms_max / 1000) + " seconds"};
      }
      arguments.settle_ms = seconds * 1000;
    } else {
      throw Unknown{usage};
    }
  }
  return arguments;
}

/// The audit service, as patiently asked as was said.
struct Auditor {
  chassis::Client& client;
  milliseconds patience;

  std::string ask(const chassis::Call& call) const {
    const auto reply = answer(call);
    if (reply.ok()) return reply.body;
    throw Unknown{"the audit service answered " + std::to_string(reply.status) +
                  (reply.status == 404 ? ": it knows neither this token nor this audit" : "")};
  }

 private:
  /// A pod that has just begun may have to wait until the network lets it through.
  chassis::Reply answer(const chassis::Call& call) const {
    for (const auto give_up = SteadyClock::now() + patience;;) {
      try {
        return client.call(call);
      } catch (const chassis::Error& error) {
        if (SteadyClock::now() < give_up) {
          std::this_thread::sleep_for(look_period);
          continue;
        }
        throw Unknown{std::string{"the audit service does not answer: "} + error.what()};
      }
    }
  }
};

AuditView begin(const Auditor& audit, const Arguments& arguments) {
  chassis::Call call{.method = chassis::Method::post, .path = "/internal/audits"};
  call.headers.add("Content-Type", "application/json");
  call.body = chassis::to_json(AuditDraft{arguments.settle_ms});
  call.idempotent = true;  // asked twice it is still one that waits
  return read_view(audit.ask(call));
}

void tell(const AuditView& view, std::ostream& progress) {
  progress << "audit: " << name(view.state) << ", " << view.rows << " rows read";
  if (view.suspects > 0) progress << ", " << view.suspects << " to be looked at again";
  progress << std::endl;
}

/// Returns the audit once it has ended.
AuditView wait(const Auditor& audit, AuditView view, std::ostream& progress) {
  auto told = SteadyClock::now();
  while (view.state == AuditState::waiting || view.state == AuditState::running) {
    std::this_thread::sleep_for(look_period);
    view = read_view(audit.ask({.path = "/internal/audits/" + view.id}));
    if (SteadyClock::now() - told < word_period) continue;
    tell(view, progress);
    told = SteadyClock::now();
  }
  return view;
}

}  // namespace

int check(chassis::Client& audit, const std::vector<std::string>& arguments, milliseconds patience,
          std::ostream& out, std::ostream& progress) {
  try {
    const auto wanted = parse(arguments);
    const Auditor auditor{audit, patience};
    const auto view = wait(auditor, begin(auditor, wanted), progress);
    if (!view.report) throw Unknown{view.problem};
    out << (wanted.json ? chassis::to_json(*view.report) + "\n" : to_text(*view.report));
    return violations(*view.report) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    progress << "audit: " << error.what() << std::endl;
    return 2;
  }
}

}  // namespace audit
