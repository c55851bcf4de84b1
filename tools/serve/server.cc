#include "tools/serve/server.h"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <condition_variable>
#include <map>

#include "tools/serve/connection.h"
#include "tools/serve/listen.h"
#include "tools/serve/service_log.h"

namespace custody {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};

// TLS 1.2 and later; a client may show a certificate of any issuer, since it is known by its digest. Sessions are not
// resumed: each connection proves its key anew.
std::unique_ptr<asio::ssl::context> make_tls(const Server::Options& options) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  using Tls = asio::ssl::context;
  context->set_options(Tls::default_workarounds | Tls::no_sslv2 | Tls::no_sslv3 | Tls::no_tlsv1 | Tls::no_tlsv1_1);
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context->native_handle(), 0);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_TICKET);
  context->set_verify_mode(asio::ssl::verify_peer);
  context->set_verify_callback([](bool, asio::ssl::verify_context&) { return true; });
  error_code failed;
  context->use_certificate_chain_file(options.certificate_file, failed);
  if (failed)
    throw Error(ErrorCode::kUsage, "no PEM certificate in " + options.certificate_file + ": " + failed.message());
  context->use_private_key_file(options.key_file, Tls::pem, failed);
  if (failed)
    throw Error(ErrorCode::kUsage, "no PEM key of that certificate in " + options.key_file + ": " + failed.message());
  return context;
}

}  // namespace

struct Server::Impl {
  Impl(Node& node, Api& api, Options options) : service(node, api, std::move(options)) {}

  void check_options(const tcp::endpoint& at);
  void bind(const tcp::endpoint& at);
  void accept();
  void take(tcp::socket socket);
  void end_connections();
  size_t open_connections() {
    const std::lock_guard lock(mutex);
    return connections.size();
  }

  Service service;
  std::unique_ptr<asio::ssl::context> tls;
  asio::io_context loop;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  tcp::acceptor acceptor{asio::make_strand(loop)};
  asio::steady_timer pause{acceptor.get_executor()};
  std::vector<std::thread> threads;
  bool running = false;

  std::mutex mutex;
  std::condition_variable fewer;
  uint64_t next_id = 0;
  std::map<uint64_t, std::weak_ptr<ClientConnection>> connections;
};

Server::Server(Node& node, Api& api, Options options) : impl_(std::make_unique<Impl>(node, api, std::move(options))) {}

Server::~Server() {
  try {
    stop();
  } catch (const std::exception&) {
    log_warning("the service did not stop in good order");
  }
}

std::string Server::start() {
  Impl& my = *impl_;
  check(my.service.options);
  const ListenAddress listen = parse_listen(my.service.options.listen);
  const tcp::endpoint at(asio::ip::make_address(listen.host), listen.port);
  my.check_options(at);
  my.bind(at);
  my.service.workers.start();
  my.service.status_workers.start();
  my.service.feed.start();
  my.work.emplace(my.loop.get_executor());
  my.running = true;
  my.accept();
  for (unsigned i = 0; i < std::max(1u, my.service.options.io_threads); ++i)
    my.threads.emplace_back([&my] { my.loop.run(); });
  const tcp::endpoint bound = my.acceptor.local_endpoint();
  const std::string host =
      bound.address().is_v6() ? "[" + bound.address().to_string() + "]" : bound.address().to_string();
  return std::string(my.tls ? "https://" : "http://") + host + ":" + std::to_string(bound.port());
}

void Server::check(const Options& options) {
  const ListenAddress at = parse_listen(options.listen);
  if (options.certificate_file.empty() != options.key_file.empty())
    throw Error(ErrorCode::kUsage, "TLS needs both a certificate and its key");
  if (!asio::ip::make_address(at.host).is_loopback() && options.certificate_file.empty())
    throw Error(ErrorCode::kUsage, options.listen +
                                       " can be reached from other machines: give a certificate and its key, or "
                                       "listen on 127.0.0.1");
}

void Server::Impl::check_options(const tcp::endpoint& at) {
  const Options& options = service.options;
  service.loopback = at.address().is_loopback();
  service.principals.load();
  if (!service.loopback && service.principals.empty())
    throw Error(ErrorCode::kUsage, options.listen +
                                       " can be reached from other machines, and no principal is known yet: "
                                       "custody principal add");
  service.tls = !options.certificate_file.empty();
  if (service.tls) tls = make_tls(options);
}

void Server::Impl::bind(const tcp::endpoint& at) {
  error_code failed;
  acceptor.open(at.protocol(), failed);
  if (!failed) acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor.bind(at, failed);
  if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed) return;
  error_code ignored;
  acceptor.close(ignored);
  if (failed == asio::error::address_in_use)
    throw Error(ErrorCode::kConflict, service.options.listen + " is taken by another program");
  throw Error(ErrorCode::kUsage, "cannot listen on " + service.options.listen + ": " + failed.message());
}

void Server::Impl::accept() {
  acceptor.async_accept([this](error_code failed, tcp::socket socket) {
    if (failed == asio::error::operation_aborted || !acceptor.is_open()) return;
    if (!failed) {
      take(std::move(socket));
      accept();
      return;
    }
    log_warning("a connection could not be accepted: " + failed.message());
    pause.expires_after(kAcceptPause);  // out of descriptors: some will be given back
    pause.async_wait([this](error_code stopped) {
      if (!stopped) accept();
    });
  });
}

void Server::Impl::take(tcp::socket socket) {
  error_code failed;
  if (open_connections() >= service.options.limits.connections) {
    service.metrics.refused("connections");
    const ApiResponse full = problem(503, "not available now", "all connections are taken; try again");
    const std::string text = response_head(full, full.body.size(), false, false) + full.body;
    socket.non_blocking(true, failed);
    if (!tls) socket.write_some(asio::buffer(text), failed);
    return;
  }
  const tcp::endpoint local = socket.local_endpoint(failed);
  if (failed) return;
  const int fd = socket.release(failed);
  if (failed) return;
  std::shared_ptr<ClientConnection> made;
  {
    const std::lock_guard lock(mutex);
    const uint64_t id = next_id++;
    made = make_connection(service, loop, tls.get(), fd, local.address().is_v6(), [this, id] {
      const std::lock_guard ending(mutex);
      connections.erase(id);
      service.metrics.connections(connections.size());
      fewer.notify_all();
    });
    connections[id] = made;
    service.metrics.connections(connections.size());
  }
  made->start();
}

void Server::stop() {
  Impl& my = *impl_;
  if (!std::exchange(my.running, false)) return;
  my.service.stopping = true;
  asio::post(my.acceptor.get_executor(), [&my] {
    error_code ignored;
    my.acceptor.close(ignored);
    my.pause.cancel();
  });
  my.service.feed.stop();
  my.end_connections();
  my.service.workers.stop();
  my.service.status_workers.stop();
  my.work.reset();
  my.loop.stop();
  for (std::thread& thread : my.threads) thread.join();
  my.threads.clear();
}

// Those between two requests at once, the others when theirs is answered or the bound has passed.
void Server::Impl::end_connections() {
  std::unique_lock lock(mutex);
  const auto all = connections;
  lock.unlock();
  for (const auto& [id, weak] : all)
    if (const auto connection = weak.lock()) connection->drain();
  lock.lock();
  const bool ended = fewer.wait_for(lock, service.options.limits.stop, [this] { return connections.empty(); });
  if (ended) return;
  for (const auto& [id, weak] : connections)
    if (const auto connection = weak.lock()) connection->abort();
  fewer.wait_for(lock, std::chrono::seconds(1), [this] { return connections.empty(); });
}

}  // namespace custody
