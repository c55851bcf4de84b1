// A client's socket and what waits beside it. Included by http_connection.h alone: Asio and Beast stay out of every
// other file.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <memory>
#include <optional>

namespace custody {

// Plain or TLS under one type, so that what reads HTTP is compiled once.
class Socket {
 public:
  using executor_type = boost::asio::any_io_executor;
  explicit Socket(boost::asio::ip::tcp::socket socket) : tcp(std::move(socket)) {}
  executor_type get_executor() { return tcp.get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, size_t)>(
        [this](auto handler, const Buffers& into) {
          if (tls)
            tls->async_read_some(into, std::move(handler));
          else
            tcp.async_read_some(into, std::move(handler));
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, size_t)>(
        [this](auto handler, const Buffers& from) {
          if (tls)
            tls->async_write_some(from, std::move(handler));
          else
            tcp.async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

  boost::beast::tcp_stream tcp;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls;
};

// A timer that a feed's thread can end early, without a wake-up getting lost between two waits.
struct Alarm {
  explicit Alarm(const boost::asio::any_io_executor& executor) : timer(executor) {}
  boost::asio::steady_timer timer;
  bool rung = false;  // on the strand
  bool gone = false;  // the client closed its end
  void ring() {
    rung = true;
    timer.cancel();
  }
};

// Ends what is read from the client once `limit` has passed, and leaves the connection open, so that the client can be
// told: the time-out of a Beast stream closes it. That one stands behind, for where a read began just as this one rang.
class ReadDeadline {
 public:
  ReadDeadline(boost::beast::tcp_stream& stream, std::chrono::milliseconds limit) : timer_(stream.get_executor()) {
    stream.expires_after(limit + std::chrono::seconds(1));
    timer_.expires_after(limit);
    timer_.async_wait([&stream, state = state_](boost::system::error_code ended) {
      if (ended || *state != State::kRunning) return;
      *state = State::kPassed;
      stream.cancel();
    });
  }
  ~ReadDeadline() {
    if (*state_ == State::kRunning) *state_ = State::kOver;
  }
  ReadDeadline(const ReadDeadline&) = delete;
  ReadDeadline& operator=(const ReadDeadline&) = delete;
  bool passed() const { return *state_ == State::kPassed; }

 private:
  enum class State { kRunning, kPassed, kOver };
  boost::asio::steady_timer timer_;
  std::shared_ptr<State> state_ = std::make_shared<State>(State::kRunning);  // on the strand
};

}  // namespace custody
