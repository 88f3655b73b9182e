// The API's answers to what is malformed, missing or refused.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;

struct Request {
  std::string name;
  std::string method;
  std::string target;  // TASK and RUN stand for those that exist
  std::string body;
  int status;
  std::string text;  // part of the answer
};

class Answers : public WorldTest, public testing::WithParamInterface<Request> {
 protected:
  std::string filled(std::string target, const std::string& task, const std::string& run) {
    if (const auto at = target.find("RUN"); at != std::string::npos) target.replace(at, 3, run);
    if (const auto at = target.find("TASK"); at != std::string::npos) target.replace(at, 4, task);
    return target;
  }
};

TEST_P(Answers, WithTheRightStatus) {
  const auto& c = GetParam();
  const auto task = world->post_task("normal", 10, {{"start", "PT1H"}});
  const auto href = world->run_of(task)["href"].get<std::string>();
  const auto answer =
      world->call(c.method, filled(c.target, task, href.substr(href.find("/tasks/"))), c.body);
  EXPECT_EQ(answer.status, c.status) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(c.text));
  if (c.status >= 400) {
    EXPECT_EQ(answer.type, "text/plain; charset=utf-8");
    EXPECT_TRUE(answer.body.ends_with('\n'));
    EXPECT_EQ(answer.at, at(0s)) << "a mistake is told at once";
  }
  EXPECT_EQ(world->run_of(task)["state"], "pending") << "nothing has happened to the run";
}

const std::string kGone = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000000";

INSTANTIATE_TEST_SUITE_P(
    Paths, Answers,
    testing::Values(Request{"root", "GET", "/", "", 200, "pScheduler"},
                    Request{"no trailing slash", "GET", "/pscheduler", "", 308, "/pscheduler/"},
                    Request{"double slash", "GET", "/pscheduler//api", "", 200, "6\n"},
                    Request{"unknown path", "GET", "/hints", "", 404, "/hints"},
                    Request{"trailing slash", "GET", "/api/", "", 404, ""},
                    Request{"letter case matters", "GET", "/API", "", 404, ""},
                    Request{"level 6", "GET", "/api?api=6", "", 200, "6"},
                    Request{"level 0", "GET", "/api?api=0", "", 200, "6"},
                    Request{"level -1", "GET", "/api?api=-1", "", 200, "6"},
                    Request{"level 7", "GET", "/nowhere?api=7", "", 501, "7"},
                    Request{"level word", "GET", "/api?api=six", "", 400, "six"},
                    Request{"level empty", "GET", "/api?api=", "", 400, "api"},
                    Request{"unknown method", "PATCH", "/tasks", "", 405, "GET"},
                    Request{"method of another path", "DELETE", "/tasks", "", 405, "POST"},
                    Request{"malformed task id", "GET", "/tasks/nonsense", "", 404, "nonsense"},
                    Request{"malformed id of runs", "GET", "/tasks/nonsense/runs", "", 404, "nonsense"},
                    Request{"malformed run id", "GET", "TASK/runs/last", "", 404, "last"},
                    Request{"result of first", "GET", "TASK/runs/first/result", "", 404, "first"},
                    Request{"unknown task", "GET", kGone, "", 404, ""},
                    Request{"unknown task's runs", "GET", kGone + "/runs", "", 200, "[]"},
                    Request{"unknown task's first", "GET", kGone + "/runs/first", "", 404, ""},
                    Request{"unknown task's times", "GET", kGone + "/runtimes", "", 404, ""},
                    Request{"unknown task's cli", "GET", kGone + "/cli", "", 404, ""},
                    Request{"unknown task deleted", "DELETE", kGone, "", 404, ""},
                    Request{"run posted to an unknown task", "POST", kGone + "/runs", "{}", 404, ""},
                    Request{"run put into an unknown task", "PUT",
                            kGone + "/runs/0b9a0a4e-7c55-4d8b-9a2f-000000000000", "{}", 404, ""},
                    Request{"run put as first", "PUT", "TASK/runs/first", "{}", 404, "first"},
                    Request{"unknown test", "GET", "/tests/taste", "", 404, "taste"},
                    Request{"unknown tool", "GET", "/tools/spade", "", 404, "spade"},
                    Request{"unknown archiver", "GET", "/archivers/attic", "", 404, "attic"},
                    Request{"unknown context", "GET", "/contexts/hall", "", 404, "hall"},
                    Request{"tools of an unknown test", "GET", "/tests/taste/tools", "", 200, "[]"}),
    CaseName());

INSTANTIATE_TEST_SUITE_P(
    Arguments, Answers,
    testing::Values(
        Request{"filter", "GET", "/tasks?json=nonsense", "", 400, "json"},
        Request{"filter scalar", "GET", "/tasks?json=5", "", 200, "[]"},
        Request{"runs start", "GET", "TASK/runs?start=today", "", 400, "start"},
        Request{"runs start date alone", "GET", "TASK/runs?start=2030-01-02", "", 400, "start"},
        Request{"runs end", "GET", "TASK/runs?end=x", "", 400, "end"},
        Request{"runs limit zero", "GET", "TASK/runs?limit=0", "", 400, "limit"},
        Request{"runs limit word", "GET", "TASK/runs?limit=many", "", 400, "limit"},
        Request{"times start", "GET", "TASK/runtimes?start=x", "", 400, "start"},
        Request{"times reversed", "GET", "TASK/runtimes?start=2030-01-02T13:00:00Z&end=2030-01-02T12:00:00Z",
                "", 400, "end"},
        Request{"times priority", "GET", "TASK/runtimes?priority=high", "", 400, "priority"},
        Request{"result format", "GET", "RUN/result?format=image/png", "", 400, "image/png"},
        Request{"run posted without body", "POST", "TASK/runs", "", 400, "body"},
        Request{"run posted without time", "POST", "TASK/runs", "{}", 400, "start-time"},
        Request{"run posted at a bad time", "POST", "TASK/runs", R"({"start-time":"noon"})", 400,
                "start-time"},
        Request{"run posted at a number", "POST", "TASK/runs", R"({"start-time":5})", 400, "start-time"},
        Request{"run schema", "POST", "TASK/runs", R"({"schema":2,"start-time":"2030-01-02T13:00:00Z"})", 400,
                "schema"},
        Request{"run schema text", "POST", "TASK/runs",
                R"({"schema":"1","start-time":"2030-01-02T13:00:00Z"})", 400, "schema"},
        Request{"run posted beyond the horizon", "POST", "TASK/runs",
                R"({"start-time":"2031-01-02T13:00:00Z"})", 400, "horizon"},
        Request{"run put as array", "PUT", "RUN", "[]", 400, "object"},
        Request{"run put with nothing", "PUT", "RUN", "{}", 400, "part-data-full"},
        Request{"full result without success", "PUT", "RUN", R"({"result-full":[]})", 400, "succeeded"},
        Request{"full result of a waiting run", "PUT", "RUN", R"({"result-full":[],"succeeded":true})", 400,
                "pending"},
        Request{"full result that fails a waiting run", "PUT", "RUN",
                R"({"result-full":[],"succeeded":false})", 400, "pending"},
        Request{"tools for nonsense", "GET", "/tools?test=nonsense", "", 400, "test"},
        Request{"tools without type", "GET", "/tools?test={}", "", 400, "type"},
        Request{"tools for an unknown test", "GET", R"(/tools?test={"type":"taste","spec":{}})", "", 200,
                "[]"},
        Request{"spec arguments", "GET", "/tests/normal/spec?args=nonsense", "", 400, "args"},
        Request{"spec refused", "GET", "/tests/normal/spec?args=[]", "", 400, "Usage"},
        Request{"spec without arguments", "GET", "/tests/normal/spec", "", 400, "Usage"},
        Request{"spec", "GET", R"(/tests/normal/spec?args=["--seconds","5"])", "", 200, R"({"seconds":5})"},
        Request{"validity without spec", "GET", "/tests/normal/spec/is-valid", "", 400, "spec"},
        Request{"validity of nonsense", "GET", "/tests/normal/spec/is-valid?spec=nonsense", "", 200,
                R"("valid":false)"},
        Request{"validity no", "GET", R"(/tests/normal/spec/is-valid?spec={"seconds":0})", "", 200,
                "positive"},
        Request{"validity yes", "GET", R"(/tests/normal/spec/is-valid?spec={"seconds":1})", "", 200,
                R"({"valid":true})"},
        Request{"validity of an unknown test", "GET", "/tests/taste/spec/is-valid?spec={}", "", 404, "taste"},
        Request{"participants", "GET", R"(/tests/normal/participants?spec={"seconds":1})", "", 200,
                R"({"null-reason":"no host was named","participants":[null]})"},
        Request{"participants of a bad spec", "GET", "/tests/normal/participants?spec={}", "", 400,
                "positive"},
        Request{"participants without spec", "GET", "/tests/normal/participants", "", 400, "spec"},
        Request{"participants of an unknown test", "GET", "/tests/taste/participants?spec={}", "", 404,
                "taste"},
        Request{"archiver data", "GET", R"(/archivers/shelf/data-is-valid?data={"good":true})", "", 200,
                R"({"valid":true})"},
        Request{"archiver data refused", "GET", "/archivers/shelf/data-is-valid?data={}", "", 200,
                "not good"},
        Request{"archiver data missing", "GET", "/archivers/shelf/data-is-valid", "", 400, "data"},
        Request{"context data refused", "GET", "/contexts/room/data-is-valid?data={}", "", 200, "not good"},
        Request{"context data of an unknown one", "GET", "/contexts/hall/data-is-valid?data={}", "", 404,
                "hall"},
        Request{"mtu without host", "GET", "/mtu-safe", "", 400, "dest"},
        Request{"mtu of an option", "GET", "/mtu-safe?dest=-V", "", 400, "dest"}),
    CaseName());

struct Posted {
  std::string name;
  std::string body;
  int status;
  std::string text;
};

class Submissions : public WorldTest, public testing::WithParamInterface<Posted> {};

TEST_P(Submissions, AreRefusedWithAReasonAndLeaveNothing) {
  const auto& c = GetParam();
  const auto answer = world->call("POST", "/tasks", c.body);
  EXPECT_EQ(answer.status, c.status) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(c.text));
  EXPECT_EQ(world->get("/tasks").json(), Json::array());
  EXPECT_EQ(world->book.size(), 0U);
}

std::string posting(const std::string& more, const std::string& schedule = "{}",
                    const std::string& test = R"({"type":"normal","spec":{"seconds":5}})") {
  return R"({"test":)" + test + R"(,"schedule":)" + schedule + more + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Table, Submissions,
    testing::Values(
        Posted{"no body", "", 400, "body"}, Posted{"no JSON", "{", 400, "JSON"},
        Posted{"no object", "[]", 400, "object"}, Posted{"no test", R"({"schedule":{}})", 400, "test"},
        Posted{"schema 6", posting(R"(,"schema":6)"), 400, "schema"},
        Posted{"schema 1.0", posting(R"(,"schema":1.0)"), 400, "schema"},
        Posted{"unknown member", posting(R"(,"colour":"red")"), 400, "colour"},
        Posted{"participants named", posting(R"(,"participants":["a"])"), 400, "participants"},
        Posted{"member of a later schema", posting(R"(,"priority":1)"), 400, "priority"},
        Posted{"unknown test", posting("", "{}", R"({"type":"taste","spec":{}})"), 400, "taste"},
        Posted{"bad spec", posting("", "{}", R"({"type":"normal","spec":{"seconds":0}})"), 400,
               "seconds must be a positive integer"},
        Posted{"a tool breaks", posting("", "{}", R"({"type":"normal","spec":{"seconds":13}})"), 500,
               "duration"},
        Posted{"unknown tool", posting(R"(,"tools":["spade"])"), 422, "spade"},
        Posted{"a tool that declines",
               posting(R"(,"tools":["reluctant"])", "{}", R"({"type":"background","spec":{"seconds":5}})"),
               422, "Not today; nor tomorrow"},
        Posted{
            "a participant that cannot be reached",
            posting("", "{}", R"({"type":"normal","spec":{"seconds":5,"hosts":["a.example","b.example"]}})"),
            422, "b.example cannot be reached"},
        Posted{"no participant", posting("", "{}", R"({"type":"normal","spec":{"seconds":5,"hosts":[]}})"),
               500, "no participant"},
        Posted{"unknown archiver", posting(R"(,"archives":[{"archiver":"attic","data":{}}])"), 400, "attic"},
        Posted{"archive data", posting(R"(,"archives":[{"archiver":"shelf","data":{}}])"), 400,
               "/archives/0/data"},
        Posted{
            "second archive",
            posting(
                R"(,"archives":[{"archiver":"shelf","data":{"good":true}},{"archiver":"shelf","data":{}}])"),
            400, "/archives/1/data"},
        Posted{"transform",
               posting(
                   R"(,"archives":[{"archiver":"shelf","data":{"good":true},"transform":{"script":"bad"}}])"),
               400, "syntax error"},
        Posted{"transform in data",
               posting(R"(,"archives":[{"archiver":"shelf","data":{"good":true,"place":{"script":"bad"}}}])"),
               400, "/archives/0/data/place: syntax error"},
        Posted{"unknown context",
               posting(R"(,"schema":2,"contexts":{"contexts":[[{"context":"hall","data":{}}]]})"), 400,
               "hall"},
        Posted{"context data",
               posting(R"(,"schema":2,"contexts":{"contexts":[[{"context":"room","data":{}}]]})"), 400,
               "not good"},
        Posted{"too many contexts", posting(R"(,"schema":2,"contexts":{"contexts":[[],[]]})"), 400,
               "one list per participant"},
        Posted{"lead-bind of another host", posting(R"(,"lead-bind":"203.0.113.9")"), 400, "203.0.113.9"},
        Posted{"until past", posting("", R"({"until":"2020-01-01T00:00:00Z"})"), 400, "/schedule/until"},
        Posted{"until now", posting("", R"({"until":"2030-01-02T12:00:00Z"})"), 400, "/schedule/until"},
        Posted{"until before start",
               posting("", R"({"start":"2030-01-02T14:00:00Z","until":"2030-01-02T13:00:00Z"})"), 400,
               "not after the start"},
        Posted{"repeat zero", posting("", R"({"repeat":"PT0S"})"), 400, "/schedule/repeat"},
        Posted{"repeat too short", posting("", R"({"repeat":"PT0.5S"})"), 400, "/schedule/repeat"},
        Posted{"repeat in months", posting("", R"({"repeat":"P1M"})"), 400, "repeat"},
        Posted{"start on a zero grid", posting("", R"({"start":"@PT0S"})"), 400, "/schedule/start"},
        Posted{"start soonest", posting("", R"({"start":"soonest"})"), 400, "start"},
        Posted{"slip negative", posting("", R"({"slip":"-PT5S"})"), 400, "slip"},
        Posted{"slip of a century", posting("", R"({"slip":"P36500D"})"), 400, "/schedule/slip"},
        Posted{"max-runs zero", posting("", R"({"max-runs":0})"), 400, "max-runs"}),
    CaseName());

class Vanishing : public WorldTest {};

TEST_F(Vanishing, ATestThatIsRemovedWhileItsTaskComesInIsToldOf) {
  world->plugins.tests_vanish_while_described = true;
  const auto answer =
      world->call("POST", "/tasks", R"({"test":{"type":"background","spec":{"seconds":5}},"schedule":{}})");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("removed"));
}

}  // namespace
}  // namespace pscheduler::test
