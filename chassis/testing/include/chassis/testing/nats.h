#pragma once

#include <sys/types.h>

#include <string>

namespace chassis::testing {

/// A NATS server with JetStream for one test, on a free port of 127.0.0.1 and with a folder of its
/// own, both kept when it is started again. It dies with the test.
class TestNats {
 public:
  /// Started, and ready.
  TestNats();
  ~TestNats();
  TestNats(const TestNats&) = delete;
  TestNats& operator=(const TestNats&) = delete;

  std::string url() const;
  /// Where JetStream keeps its files.
  const std::string& folder() const { return folder_; }

  void start();
  /// Ends it in order.
  void stop();
  /// kill -9.
  void kill();
  /// It keeps its connections and answers nothing until resume().
  void pause() const;
  void resume() const;
  /// Removes all that it keeps; also while it runs.
  void erase() const;

 private:
  void end(int signal);

  std::string folder_;
  std::string log_;
  int port_ = 0;
  pid_t process_ = 0;
};

}  // namespace chassis::testing
