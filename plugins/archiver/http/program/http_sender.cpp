#include "http_sender.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace pscheduler::plugins {
namespace {

// What is quoted of an answer, and what is read of it so that the connection can be used again.
constexpr std::size_t kBodyKeptMax = 4096;
constexpr std::size_t kBodyReadMax = 1u << 20;

// Everything a transfer's callbacks touch.
struct Transfer {
  const DestinationGuard& guard;
  HttpAnswer answer{};
  std::size_t body_bytes = 0;
  std::string objection{};   // the guard's, to an address
  bool has_allowed = false;  // another address of the name
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  const std::size_t bytes = size * count;
  transfer.body_bytes += bytes;
  if (transfer.body_bytes > kBodyReadMax) return 0;  // ends the transfer; the status is known by then
  auto& body = transfer.answer.body;
  body.append(data, std::min(bytes, kBodyKeptMax - body.size()));
  return bytes;
}

curl_socket_t open_socket(void* to, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(to);
  if (auto objection = transfer.guard.objection(&address->addr); !objection.empty()) {
    transfer.objection = std::move(objection);
    return CURL_SOCKET_BAD;
  }
  transfer.has_allowed = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void prepare(CURL* easy, Transfer& transfer, const HttpRequest& request) {
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(request.timeout).count();
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limit));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());  // makes it a POST
  if (request.put) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
  if (!request.bind.empty()) curl_easy_setopt(easy, CURLOPT_INTERFACE, request.bind.c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
}

void prepare_tls(CURL* easy, const HttpRequest& request, const std::string& authorities) {
  constexpr long kNameMustMatch = 2;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request.verify ? kNameMustMatch : 0L);
  if (!authorities.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, authorities.c_str());
}

void conclude(CURL* easy, CURLcode code, Transfer& transfer) {
  auto& answer = transfer.answer;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer.status != 0)) {
    const char* location = nullptr;
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &location);
    if (location != nullptr) answer.location = location;
    return;
  }
  answer.status = 0;
  answer.refused = !transfer.objection.empty() && !transfer.has_allowed;
  if (answer.refused) {
    answer.error = std::move(transfer.objection);
    return;
  }
  answer.error = transfer.error.front() != '\0' ? transfer.error.data() : curl_easy_strerror(code);
  long reason = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &reason);
  if (code == CURLE_COULDNT_CONNECT && reason != 0)
    answer.error += std::string(" (") + std::strerror(static_cast<int>(reason)) + ")";
}

}  // namespace

struct HttpSender::Handle {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(), &curl_easy_cleanup};
};

HttpSender::HttpSender() {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  handle_ = std::make_unique<Handle>();
}

HttpSender::~HttpSender() {
  handle_.reset();
  curl_global_cleanup();
}

HttpAnswer HttpSender::send(const HttpRequest& request, const std::string& authorities,
                            const DestinationGuard& guard) {
  CURL* const easy = handle_->easy.get();
  curl_easy_reset(easy);  // keeps connections and sessions
  Transfer transfer{guard};
  curl_slist* list = nullptr;
  for (const auto& header : request.headers) {
    if (auto* const longer = curl_slist_append(list, header.c_str())) list = longer;
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list, &curl_slist_free_all);
  prepare(easy, transfer, request);
  prepare_tls(easy, request, authorities);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  conclude(easy, curl_easy_perform(easy), transfer);
  return std::move(transfer.answer);
}

}  // namespace pscheduler::plugins
