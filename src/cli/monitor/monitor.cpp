#include "cli/monitor/monitor.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/servers.hpp"

namespace pscheduler::cli {
namespace {

// How long to wait for a key before the clock is drawn again.
constexpr Duration kTick = std::chrono::milliseconds(100);

// What a server is asked for when more than a screenful is of use: to scroll, to find what fits a filter.
constexpr std::size_t kWideWindow = 1000;

constexpr std::size_t kFilterMax = 100;  // characters; nobody types more

class Monitor {
 public:
  Monitor(Context& context, Screen& screen, const MonitorOrder& order)
      : context_(context), screen_(screen), order_(order), size_(screen.size()) {
    view_.notice = "Asking " + order.host;
  }

  void run();

 private:
  void draw();
  void fetch();
  void take(const Reply& reply);
  void obey(const Key& key);
  bool edit_filter(const Key& key);
  void scroll(std::ptrdiff_t rows) { view_.scrolled += rows; }
  [[nodiscard]] std::size_t window() const;
  [[nodiscard]] std::ptrdiff_t page() const;

  Context& context_;
  Screen& screen_;
  const MonitorOrder& order_;
  MonitorView view_;
  ScreenSize size_;
  bool leaving_ = false;
  bool due_ = true;
};

void Monitor::run() {
  Duration fetched{};
  std::size_t asked_for = 0;
  while (!leaving_) {
    const auto now = context_.environment.steady();
    if (due_ || now - fetched >= order_.refresh || window() > asked_for) {
      due_ = false;
      asked_for = window();
      fetch();
      fetched = context_.environment.steady();
      continue;
    }
    draw();
    obey(screen_.next_key(kTick));
  }
}

void Monitor::draw() {
  size_ = screen_.size();
  screen_.show(monitor_screen(order_.settings, view_, size_, context_.environment.now()));
}

std::size_t Monitor::window() const {
  const bool wide = view_.scrolled != 0 || !view_.filter.empty();
  return std::max(monitor_room(size_), wide ? kWideWindow : std::size_t{1});
}

std::ptrdiff_t Monitor::page() const {
  return static_cast<std::ptrdiff_t>(std::max<std::size_t>(monitor_room(size_), 2)) - 1;
}

// Keys are obeyed and the clock goes on while the server thinks.
void Monitor::fetch() {
  const auto url = api_url(order_.host, "monitor");
  if (!url) {
    view_.notice = url.error().message;
    return;
  }
  view_.busy = true;
  draw();
  CallOptions call = order_.call;
  call.while_waiting = [this] {
    obey(screen_.next_key(Duration::zero()));
    draw();
    return !leaving_;
  };
  const Reply reply = context_.server.get(*url, {{"window", std::to_string(window())}}, call);
  view_.busy = false;
  take(reply);
}

void Monitor::take(const Reply& reply) {
  if (reply.status != 200) {
    view_.notice = server_trouble(context_, order_.host, reply);
    view_.notice = view_.notice.substr(0, view_.notice.find('\n'));
    return;
  }
  const auto answer = json_of(reply);
  auto rows = answer ? monitor_rows(*answer) : fail(answer.error());
  if (!rows) {
    view_.notice = order_.host + ": " + rows.error().message;
    return;
  }
  view_.rows = std::move(*rows);
  view_.notice.clear();
}

// Whether the key was for the filter.
bool Monitor::edit_filter(const Key& key) {
  if (!view_.typing) return false;
  switch (key.kind) {
    case KeyKind::text:
      if (view_.filter.size() < kFilterMax) view_.filter += key.text;
      return true;
    case KeyKind::erase:
      while (!view_.filter.empty() && (view_.filter.back() & 0xC0) == 0x80) view_.filter.pop_back();
      if (!view_.filter.empty()) view_.filter.pop_back();
      return true;
    case KeyKind::escape:
      view_.filter.clear();
      view_.typing = false;
      return true;
    case KeyKind::enter:
      view_.typing = false;
      return true;
    default:
      return false;
  }
}

void Monitor::obey(const Key& key) {
  if (edit_filter(key)) return;
  switch (key.kind) {
    case KeyKind::interrupt:
      leaving_ = true;
      break;
    case KeyKind::escape:  // one step back: out of the filter first
      if (view_.filter.empty()) leaving_ = true;
      view_.filter.clear();
      break;
    case KeyKind::text:
      if (key.text == "q" || key.text == "Q") leaving_ = true;
      if (key.text == " ") due_ = true;
      if (key.text == "f" || key.text == "/") view_.typing = true;
      break;
    case KeyKind::up:
      scroll(-1);
      break;
    case KeyKind::down:
      scroll(1);
      break;
    case KeyKind::page_up:
      scroll(-page());
      break;
    case KeyKind::page_down:
      scroll(page());
      break;
    case KeyKind::home:
      view_.scrolled = 0;
      break;
    case KeyKind::end:
      scroll(static_cast<std::ptrdiff_t>(view_.rows.size()));
      break;
    default:
      break;
  }
}

}  // namespace

int watch_schedule(Context& context, Screen& screen, const MonitorOrder& order) {
  Monitor(context, screen, order).run();
  return kExitOk;
}

}  // namespace pscheduler::cli
