#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace chassis {

/// Threads that take jobs from a bounded queue. Whatever may block runs here, never in the event
/// loop.
class WorkerPool {
 public:
  using Job = std::function<void()>;

  WorkerPool(std::size_t workers, std::size_t queue_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues the job, or returns false at once when the queue is full or closed.
  bool offer(Job job);
  /// Takes no more, runs what is queued, and ends the threads.
  void close();

 private:
  void work();

  const std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Job> queue_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace chassis
