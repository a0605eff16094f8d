#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

#include "reactor.h"

namespace chassis {

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlHandle = std::unique_ptr<CURL, CurlFree>;

/// One exchange on a libcurl handle: what it sends, what it has received, and its limits. libcurl
/// keeps its address.
class Transfer {
 public:
  Transfer(CurlHandle handle, Exchange exchange, Reactor::Done done);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return handle_.get(); }
  Outcome outcome(CURLcode code);
  Reactor::Done take_done() { return std::move(done_); }
  /// The handle, cleared for another exchange.
  CurlHandle take_handle();

 private:
  static std::size_t on_header(char* text, std::size_t size, std::size_t count, void* transfer);
  static std::size_t on_body(char* text, std::size_t size, std::size_t count, void* transfer);
  bool add_header(std::string_view line);
  void set_method();
  void set_headers();
  void set_address();
  void set_limits();

  CurlHandle handle_;
  Exchange exchange_;
  Reactor::Done done_;
  std::unique_ptr<curl_slist, CurlFree> headers_;
  std::unique_ptr<curl_slist, CurlFree> address_;
  Reply reply_;
  std::size_t header_bytes_ = 0;
  bool too_much_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace chassis
