#include "worker_pool.h"

#include <pthread.h>

#include <utility>

#include "chassis/metrics.h"

namespace chassis {
namespace {

struct PoolMetrics {
  Gauge length = gauge("worker_queue_length", "Requests waiting for a worker");
  Gauge capacity = gauge("worker_queue_capacity", "Requests that may wait for a worker");
  Gauge workers = gauge("worker_threads", "Worker threads");
  Gauge busy = gauge("worker_threads_busy", "Worker threads at work");
  Counter rejected =
      counter("worker_queue_rejected_total", "Requests refused because the queue was full");
};

const PoolMetrics& metrics() {
  static const PoolMetrics made;
  return made;
}

}  // namespace

WorkerPool::WorkerPool(std::size_t workers, std::size_t queue_max) : queue_max_{queue_max} {
  metrics().capacity.set(static_cast<double>(queue_max));
  metrics().workers.set(static_cast<double>(workers));
  for (std::size_t i = 0; i < workers; ++i) {
    threads_.emplace_back([this] { work(); });
    pthread_setname_np(threads_.back().native_handle(), "worker");
  }
}

WorkerPool::~WorkerPool() { close(); }

void WorkerPool::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }
  filled_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

bool WorkerPool::offer(Job job) {
  {
    const std::lock_guard lock{mutex_};
    if (closed_ || queue_.size() >= queue_max_) {
      metrics().rejected.add();
      return false;
    }
    queue_.push_back(std::move(job));
    metrics().length.set(static_cast<double>(queue_.size()));
  }
  filled_.notify_one();
  return true;
}

void WorkerPool::work() {
  std::unique_lock lock{mutex_};
  for (;;) {
    filled_.wait(lock, [&] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    {
      const auto job = std::move(queue_.front());
      queue_.pop_front();
      metrics().length.set(static_cast<double>(queue_.size()));
      lock.unlock();
      metrics().busy.add(1);
      job();
      metrics().busy.add(-1);
    }  // the job is gone before the lock is taken again
    lock.lock();
  }
}

}  // namespace chassis
