#include "limits/fetch_limit.hpp"

#include <nlohmann/json.hpp>

#include "limits/private_members.hpp"
#include "limits/python_text.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::limits {
namespace {

constexpr int kOk = 200;
constexpr int kNotFound = 404;

// The numbers of the questions of one limit.
enum FetchQuestion { url_question, headers_question, params_question, fetch_question };

class Fetching {
 public:
  Fetching(const UrlFetchLimit& limit, const JudgeContext& context) : limit_(limit), context_(context) {}

  MaybeVerdict judge() {
    const auto request = make_request();
    if (!request) return std::nullopt;
    if (!*request) return unanswered(request->error().message);
    const auto* answer = context_.facts.ask({&limit_, fetch_question}, [&] { return **request; });
    if (answer == nullptr) return std::nullopt;
    const auto reply = answer_of<HttpReply>(*answer);
    if (!reply) return unanswered(reply.error().message);
    return judge_reply(**reply);
  }

 private:
  // Nothing while the transforms are at work; an error when one of them gives nothing of use. All are asked
  // for at once.
  std::optional<Result<FetchUrl>> make_request() {
    const auto url = transformed(limit_.url_transform, url_question, "url", limit_.url);
    const auto headers = transformed(limit_.headers_transform, headers_question, "headers", *limit_.headers);
    const auto params = transformed(limit_.params_transform, params_question, "params", *limit_.params);
    if (!url || !headers || !params) return std::nullopt;
    for (const auto* result : {&*url, &*headers, &*params}) {
      if (!*result) return fail(result->error());
    }
    FetchUrl request;
    if (limit_.url_transform && !(*url)->is_string()) {
      return fail(Errc::invalid_argument,
                  "the url-transform gives " + json::describe(**url) + ", which is no URL");
    }
    request.url = limit_.url_transform ? (*url)->get<std::string>() : limit_.url;
    request.url += "?";
    const auto fields = [](const Json& value) {
      return value.is_object() ? &value.get_ref<const Json::object_t&>() : nullptr;
    };
    if (const auto* sent = fields(**params)) {
      for (const auto& [name, value] : *sent) {
        request.url += (request.url.back() == '?' && &*sent->begin() == &*sent->find(name) ? "" : "&") +
                       quote_plus(name) + "=" + quote_plus(python_str(value));
      }
    } else {
      return fail(Errc::invalid_argument, "the params-transform gives no object");
    }
    const auto* sent_headers = fields(**headers);
    if (sent_headers == nullptr) return fail(Errc::invalid_argument, "the headers-transform gives no object");
    for (const auto& [name, value] : *sent_headers) request.headers.emplace_back(name, python_str(value));
    request.bind = limit_.bind;
    request.verify_certificate = limit_.verify_keys;
    request.follow_redirects = limit_.follow_redirects;
    request.time_limit = limit_.timeout;
    return request;
  }

  // What a transform makes of `value`: of the URL its whole output, of the others the member `name` of it.
  // Without a transform nothing is sent.
  std::optional<Result<Json>> transformed(const std::optional<JqSpec>& transform, FetchQuestion number,
                                          const char* name, const Json& value) {
    if (!transform) return Json::object();
    const auto* answer = context_.facts.ask({&limit_, number}, [&] {
      Json input = {{name, value}, {"run", *context_.task}};
      input[std::string(kFetchPrivate)] = {{"hints", *context_.hints}};
      return RunScript{transform->script, std::make_shared<const Json>(std::move(input))};
    });
    if (answer == nullptr) return std::nullopt;
    const auto outputs = answer_of<Outputs>(*answer);
    const std::string what = std::string("the ") + name + "-transform";
    if (!outputs) return fail(Errc::invalid_argument, what + " fails: " + outputs.error().message);
    if ((*outputs)->empty()) return fail(Errc::invalid_argument, what + " has no output");
    const Json& first = (*outputs)->front();
    if (number == url_question) return first;
    if (!first.is_object())
      return fail(Errc::invalid_argument, what + " gives " + json::describe(first) + ", not an object");
    const Json* member = json::find(first, name);
    return member == nullptr ? Json::object() : *member;
  }

  LimitVerdict judge_reply(const HttpReply& reply) const {
    if (limit_.success_only && reply.status == kOk) return LimitVerdict::pass();
    if (limit_.success_only && reply.status == kNotFound)
      return LimitVerdict::failed("The service answers 404");
    if (reply.status != kOk) return unanswered("the service answers " + std::to_string(reply.status));
    json::ReadOptions options;
    options.dialect = json::Dialect::limits;
    const auto body = json::read(reply.body, options);
    if (!body) return unanswered("the service answers no JSON: " + body.error().message);
    if (!body->is_object()) return LimitVerdict::failed("The service answers no JSON object");
    const auto passed = json::find_bool(*body, "passed");
    if (!passed) return unanswered("the service's answer lacks 'passed'");
    if (*passed) return LimitVerdict::pass();
    const Json* message = json::find(*body, "message");
    return LimitVerdict::failed(message == nullptr ? "" : python_str(*message));
  }

  [[nodiscard]] LimitVerdict unanswered(const std::string& why) const {
    return limit_.fail_result ? LimitVerdict::pass()
                              : LimitVerdict::failed("The question could not be answered: " + why);
  }

  const UrlFetchLimit& limit_;
  const JudgeContext& context_;
};

}  // namespace

MaybeVerdict judge_fetch(const UrlFetchLimit& limit, const JudgeContext& context) {
  return Fetching(limit, context).judge();
}

}  // namespace pscheduler::limits
