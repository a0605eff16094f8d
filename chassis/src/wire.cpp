#include "wire.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace chassis {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

/// The Date header, made anew once a second.
std::string_view date_header() {
  thread_local std::time_t made_at = 0;
  thread_local std::array<char, 64> text{};
  thread_local std::size_t length = 0;
  const auto now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    length = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    made_at = now;
  }
  return {text.data(), length};
}

/// A line break inside a value would start a header of the attacker's choice.
bool fits_header(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

}  // namespace

std::string wire_text(const Response& response, bool head, bool close) {
  const bool bodiless = response.status == 204 || response.status == 304;
  std::string text;
  text.reserve(256 + (head ? 0 : response.body.size()));
  text += "HTTP/1.1 ";
  text += std::to_string(response.status);
  text += ' ';
  text += reason(response.status);
  text += "\r\n";
  text += date_header();
  if (!response.content_type.empty() && !bodiless) {
    text += "Content-Type: ";
    text += response.content_type;
    text += "\r\n";
  }
  for (const auto& [name, value] : response.headers.list()) {
    if (!fits_header(name) || !fits_header(value)) continue;
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
  }
  if (!bodiless) {
    text += "Content-Length: ";
    text += std::to_string(response.body.size());
    text += "\r\n";
  }
  if (close) text += "Connection: close\r\n";
  text += "\r\n";
  if (!head && !bodiless) text += response.body;
  return text;
}

void HeadScanner::feed(std::string_view piece) {
  bytes_ += piece.size();
  if (request_line_.empty() || request_line_.back() != '\n') {
    const auto end = piece.find('\n');
    request_line_ += piece.substr(0, end == std::string_view::npos ? end : end + 1);
  }
  if (head_bytes_ == 0) find_end(piece);
}

std::string_view HeadScanner::query() const {
  std::string_view target{request_line_};
  target.remove_prefix(std::min(target.find(' '), target.size() - 1) + 1);
  target = target.substr(0, target.find(' '));
  const auto question = target.find('?');
  return question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
}

void HeadScanner::find_end(std::string_view piece) {
  if (bytes_ == piece.size()) {  // the usual case: the first piece holds the whole head
    const auto end = piece.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      head_bytes_ = end + 4;
      return;
    }
  }
  constexpr std::string_view blank_line = "\r\n\r\n";
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (c == blank_line[static_cast<std::size_t>(matched_)]) {
      ++matched_;
    } else {
      matched_ = c == '\r' ? 1 : 0;
    }
    if (matched_ == 4) {
      head_bytes_ = bytes_ - piece.size() + i + 1;
      return;
    }
  }
}

}  // namespace chassis
