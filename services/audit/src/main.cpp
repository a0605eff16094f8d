#include <iostream>

#include "audit_embedded.h"
#include "audit_routes.h"
#include "book_routes.h"
#include "certificate.h"
#include "chassis/app.h"
#include "check_routes.h"
#include "watch.h"

namespace audit {

using std::chrono::milliseconds;

struct Settings {
  Peers peers;
  milliseconds settle;      // what an audit gets that names none
  milliseconds patience;    // with whoever does not answer
  std::string audit_url;    // whom the command asks
  std::string certificate;  // the file whose end is told; none when empty

  // Its own clients: an audit under way may outlive those of the App.
  static auto peer(chassis::App& app, const std::string& name, const std::string& setting) {
    return std::make_shared<chassis::Client>(name, app.config().url(setting), app.internal_token());
  }

  explicit Settings(chassis::App& app)
      : peers{peer(app, "user", "USER_URL"), peer(app, "product", "PRODUCT_URL"),
              peer(app, "order", "ORDER_URL"), peer(app, "payment", "PAYMENT_URL"),
              app.config().has("BANK_URL") ? peer(app, "bank", "BANK_URL") : nullptr},
        settle{app.config().integer("SETTLE_MS", 0, 600'000, 30'000)},
        patience{app.config().integer("PATIENCE_MS", 0, 600'000, 10'000)},
        audit_url{app.config().url("AUDIT_URL", "http://127.0.0.1:8080")},
        certificate{app.config().text("TLS_CERT", "")} {}
};

void wire(chassis::App& app) {
  const Settings settings{app};
  app.check_settings();
  app.command("check", [&app, settings](const auto& arguments) {
    chassis::Client client{"audit", settings.audit_url, app.internal_token()};
    return check(client, arguments, settings.patience, std::cout, std::cerr);
  });
  if (const auto& path = settings.certificate; !path.empty()) {
    app.every(milliseconds{10'000}, "read certificate", [=] { tell_certificate_end(path); });
  }
  const auto run = [settings](auto settle, Progress& progress, const std::stop_token& stop) {
    RealWatch watch{stop};
    return run_audit(checks_of(settings.peers, settings.patience, watch),
                     skipped_without(settings.peers), settle, watch, progress);
  };
  app.routes(audit_routes(std::make_shared<Audits>(run), settings.settle));
}

}  // namespace audit

int main(int argc, char** argv) {
  return chassis::App::run("audit", argc, argv, audit::embedded(), chassis::Storage::none,
                           audit::wire);
}
