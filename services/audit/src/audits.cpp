#include "audits.h"

#include <algorithm>
#include <utility>

#include "chassis/context.h"
#include "chassis/id.h"
#include "chassis/log.h"
#include "chassis/metrics.h"

namespace audit {
namespace {

constexpr std::size_t kept_max = 10;

void count_audit(const std::string& outcome) {
  chassis::counter("books_audits_total", "Audits by how they ended", {{"outcome", outcome}}).add();
}

void tell_metrics(const Report& report) {
  for (const auto& result : report.rules) {
    chassis::gauge("books_violations", "Rows that broke the rule at the last audit",
                   {{"rule", std::string{name(result.rule)}}})
        .set(static_cast<double>(result.violations));
  }
  for (const auto& book : report.books) {
    chassis::gauge("books_rows", "Rows of the book at the last audit",
                   {{"book", book.service + " " + book.book}})
        .set(static_cast<double>(book.rows));
  }
  chassis::gauge("books_in_flight", "Rows that the last audit could not judge")
      .set(static_cast<double>(report.in_flight.count));
  chassis::gauge("books_audit_seconds", "How long the last audit took")
      .set(static_cast<double>(report.took_ms) / 1000);
  const auto ended = report.started_at + std::chrono::milliseconds{report.took_ms};
  chassis::gauge("books_audited_timestamp_seconds", "When the last audit ended that could be made")
      .set(std::chrono::duration<double>(ended.time_since_epoch()).count());
}

}  // namespace

Audits::Audits(Run run)
    : run_{std::move(run)}, thread_{[this](const std::stop_token& stop) { work(stop); }} {}

Audits::~Audits() = default;

AuditView Audits::view_of(const One& one) {
  auto view = one.view;
  view.rows = one.progress.rows.load();
  view.suspects = one.progress.suspects.load();
  return view;
}

AuditView Audits::ask(std::chrono::milliseconds settle) {
  const std::lock_guard lock{mutex_};
  if (all_.empty() || all_.back()->view.state != AuditState::waiting) {
    const auto one = std::make_shared<One>();
    one->view.id = chassis::new_id();
    one->view.asked_at = chassis::system_clock().now();
    all_.push_back(one);
    if (all_.size() > kept_max) all_.pop_front();
    asked_.notify_all();
  }
  auto& view = all_.back()->view;
  view.settle_ms = std::max<std::int64_t>(view.settle_ms, settle.count());
  return view_of(*all_.back());
}

std::optional<AuditView> Audits::find(const std::string& id) const {
  const std::lock_guard lock{mutex_};
  for (const auto& one : all_) {
    if (one->view.id == id) return view_of(*one);
  }
  return std::nullopt;
}

std::optional<AuditView> Audits::latest() const {
  const std::lock_guard lock{mutex_};
  const auto last = std::find_if(all_.rbegin(), all_.rend(), [](const auto& one) {
    return one->view.state == AuditState::done;
  });
  return last == all_.rend() ? std::nullopt : std::optional{view_of(**last)};
}

void Audits::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::shared_ptr<One> next;
    {
      std::unique_lock lock{mutex_};
      const auto waits = [&] {
        return !all_.empty() && all_.back()->view.state == AuditState::waiting;
      };
      if (!asked_.wait(lock, stop, waits)) return;
      next = all_.back();
      next->view.state = AuditState::running;
    }
    make(*next, stop);
  }
}

void Audits::make(One& one, const std::stop_token& stop) {
  chassis::Context context;
  context.trace = chassis::Trace::from_header("");
  const chassis::ContextScope scope{context};
  const auto& view = one.view;  // id and settle_ms change no more
  try {
    auto report = run_(std::chrono::milliseconds{view.settle_ms}, one.progress, stop);
    const auto count = violations(report);
    tell_metrics(report);
    count_audit(count == 0 ? "clean" : "violated");
    chassis::log::info("books audited", {{"audit_id", view.id},
                                         {"violations", count},
                                         {"in_flight", report.in_flight.count},
                                         {"took_ms", report.took_ms}});
    end(one, AuditState::done, {}, std::move(report));
  } catch (const std::exception& error) {
    count_audit("failed");
    chassis::log::warning("books not audited", {{"audit_id", view.id}, {"what", error.what()}});
    end(one, AuditState::failed, error.what(), {});
  }
}

void Audits::end(One& one, AuditState state, const std::string& problem,
                 std::optional<Report> report) {
  const std::lock_guard lock{mutex_};
  one.view.state = state;
  one.view.problem = problem;
  one.view.report = std::move(report);
}

}  // namespace audit
