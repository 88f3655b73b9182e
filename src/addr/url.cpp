#include "pscheduler/addr/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "pscheduler/addr/request_target.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

tl::unexpected<Error> refuse(std::string_view text, std::string_view what, std::string_view why) {
  return fail(Errc::invalid_argument, "'" + excerpt(text) + "' is not the URL of a " + std::string(what) +
                                          ": " + std::string(why) + ".");
}

std::string_view view_of(boost::urls::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  constexpr std::string_view kServer = "server";
  if (text.size() > kUrlBytesMax) return refuse(text, kServer, "it is too long");
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed || !parsed->has_authority() || parsed->encoded_host().empty()) {
    return refuse(text, kServer, "write it like https://host.example/path, other characters as %XX");
  }
  if (parsed->has_userinfo()) return refuse(text, kServer, "a user name or password is not accepted in it");
  auto server = HostPort::parse(view_of(parsed->encoded_host_and_port()), BareIpv6::refused);
  if (!server) return fail(std::move(server.error()));
  std::string target(view_of(parsed->encoded_path()));
  if (target.empty()) target = "/";
  if (parsed->has_query()) target += "?" + std::string(view_of(parsed->encoded_query()));
  return Url{to_lower(view_of(parsed->scheme())), std::move(*server), std::move(target)};
}

std::string Url::to_string() const {
  return scheme + "://" + server.to_string() + target;
}

Result<TaskUrl> TaskUrl::parse(std::string_view text) {
  constexpr std::string_view kTask = "task";
  auto url = Url::parse(text);
  if (!url) return fail(std::move(url.error()));
  if (url->scheme != "https" && url->scheme != "http") {
    return refuse(text, kTask, "it must start with https://");
  }
  const auto target = RequestTarget::parse(url->target);
  if (!target) return fail(target.error());
  const auto& path = target->segments;
  const bool has_run = path.size() == 5 && path[3] == "runs";
  const bool has_shape = (path.size() == 3 || has_run) && path[0] == "pscheduler" && path[1] == "tasks";
  if (!has_shape || target->trailing_slash) {
    return refuse(text, kTask,
                  "its path must be /pscheduler/tasks/ and a UUID, for a run also /runs/ and a UUID");
  }
  const auto task = TaskId::parse(path[2]);
  const auto run = has_run ? RunId::parse(path[4]) : std::nullopt;
  if (!task) return refuse(text, kTask, "'" + excerpt(path[2]) + "' is not a UUID");
  if (has_run && !run) return refuse(text, kTask, "'" + excerpt(path[4]) + "' is not a UUID");
  return TaskUrl{std::move(url->scheme), std::move(url->server), *task, run};
}

std::string TaskUrl::to_string() const {
  std::string text = scheme + "://" + server.to_string() + "/pscheduler/tasks/" + task.to_string();
  if (run) text += "/runs/" + run->to_string();
  return text;
}

}  // namespace pscheduler
