// pscheduler-bwctl-probe QUESTION...: prints a JSON array with true or false for each question, all asked at
// the same time. https://HOST[:PORT]/pscheduler/ is true when it answers with status 200, after redirects and
// with any certificate; bwctl://HOST:PORT when something accepts a TCP connection there.
// PSCHEDULER_LEAD_BIND_HACK, a variable of 5.2, is the address to ask from.

#include <curl/curl.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace {

constexpr long kTimeoutMs = 3000;
constexpr long kRedirectsMax = 5;
constexpr std::string_view kBwctl = "bwctl://";

struct Question {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy{curl_easy_init(), &curl_easy_cleanup};
  bool only_connects = false;
  bool answer = false;
};

std::size_t ignore_body(char* /*data*/, std::size_t size, std::size_t count, void* /*to*/) {
  return size * count;
}

void prepare(Question& question, const std::string& text) {
  CURL* const easy = question.easy.get();
  question.only_connects = text.starts_with(kBwctl);
  const auto url = question.only_connects ? "http://" + text.substr(kBwctl.size()) : text;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, question.only_connects ? "http" : "https");
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, question.only_connects ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, kTimeoutMs);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kRedirectsMax);
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a look-up that goes on is not waited for
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore_body);
  if (const char* const from = std::getenv("PSCHEDULER_LEAD_BIND_HACK"); from != nullptr && *from != '\0')
    curl_easy_setopt(easy, CURLOPT_INTERFACE, (std::string("host!") + from).c_str());
}

void conclude(Question& question, CURLcode code) {
  constexpr long kOk = 200;
  long status = 0;
  curl_easy_getinfo(question.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  question.answer = code == CURLE_OK && (question.only_connects || status == kOk);
}

void ask(std::deque<Question>& questions) {
  const std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi(curl_multi_init(), &curl_multi_cleanup);
  for (auto& question : questions) {
    curl_easy_setopt(question.easy.get(), CURLOPT_PRIVATE, &question);
    curl_multi_add_handle(multi.get(), question.easy.get());
  }
  constexpr int kPollMs = 1000;  // each question has its own time limit; this only bounds one wait
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, kPollMs, nullptr);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    Question* question = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &question);
    if (message->msg == CURLMSG_DONE) conclude(*question, message->data.result);
  }
  for (auto& question : questions) curl_multi_remove_handle(multi.get(), question.easy.get());
}

}  // namespace

int main(int argc, char** argv) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  std::string text;
  {
    std::deque<Question> questions;
    for (int i = 1; i < argc; ++i) prepare(questions.emplace_back(), argv[i]);
    ask(questions);
    for (const auto& question : questions) {
      text += text.empty() ? "" : ",";
      text += question.answer ? "true" : "false";
    }
  }
  curl_global_cleanup();
  std::printf("[%s]\n", text.c_str());
  return 0;
}
