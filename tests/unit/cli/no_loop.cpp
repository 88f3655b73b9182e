#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "cli/event_loop.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli::testing {
namespace {

// For commands that ask one thing after the other.
class NoLoop final : public EventLoop {
 public:
  ports::asio::any_io_executor executor() override { throw std::logic_error("there is no loop"); }
  ports::Clock& clock() override { throw std::logic_error("there is no loop"); }
  ports::HttpClient& client() override { throw std::logic_error("there is no loop"); }
  Result<void> make_known(const std::string&) override { return {}; }
  Result<void> run(ports::AsyncResult<void>, const std::function<bool()>&) override {
    return fail(Errc::internal, "there is no loop");
  }
};

}  // namespace

EventLoop& no_loop() {
  static NoLoop loop;
  return loop;
}

}  // namespace pscheduler::cli::testing
