#include "fetch.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>

namespace pscheduler::plugins {
namespace {

using Easy = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Multi = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;

struct Request {
  Easy easy{curl_easy_init(), &curl_easy_cleanup};
  std::array<char, CURL_ERROR_SIZE> error{};
  Fetched fetched;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = static_cast<Fetched*>(to)->body;
  if (body.size() + size * count > kFetchBytesMax) return 0;  // ends the transfer with an error
  body.append(data, size * count);
  return size * count;
}

void prepare(Request& request, const std::string& url, Duration timeout) {
  CURL* const easy = request.easy.get();
  constexpr long kLongestMs = 86'400'000;  // a day; curl takes no more than an int
  const auto timeout_ms =
      std::clamp<long>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count(), 1, kLongestMs);
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request.error.data());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &request.fetched);
}

void conclude(Request& request, CURLcode code) {
  if (code == CURLE_OK) {
    curl_easy_getinfo(request.easy.get(), CURLINFO_RESPONSE_CODE, &request.fetched.status);
    return;
  }
  request.fetched.error = request.error.front() != '\0' ? request.error.data() : curl_easy_strerror(code);
}

}  // namespace

std::vector<Fetched> fetch_all(const std::vector<std::string>& urls, Duration timeout) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::vector<Request> requests(urls.size());
  {
    const Multi multi(curl_multi_init(), &curl_multi_cleanup);
    for (std::size_t i = 0; i < urls.size(); ++i) {
      prepare(requests[i], urls[i], timeout);
      curl_multi_add_handle(multi.get(), requests[i].easy.get());
    }
    constexpr int kPollMs = 1000;  // each transfer has its own time limit; this only bounds one wait
    for (int running = 1; running > 0;) {
      if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
      if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, kPollMs, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      const auto request = std::ranges::find_if(
          requests, [&](const Request& r) { return r.easy.get() == message->easy_handle; });
      if (message->msg == CURLMSG_DONE && request != requests.end()) conclude(*request, message->data.result);
    }
    for (auto& request : requests) curl_multi_remove_handle(multi.get(), request.easy.get());
  }
  std::vector<Fetched> all;
  for (auto& request : requests) all.push_back(std::move(request.fetched));
  requests.clear();
  curl_global_cleanup();
  return all;
}

}  // namespace pscheduler::plugins
