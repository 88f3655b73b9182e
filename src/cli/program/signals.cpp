#include "cli/program/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace pscheduler::cli {
namespace {

volatile std::sig_atomic_t debug_request = static_cast<int>(DebugBySignal::not_asked);

std::atomic<void (*)()> farewell_of_program = nullptr;
static_assert(std::atomic<void (*)()>::is_always_lock_free, "read in a signal handler");

void leave(int) {
  if (auto* const farewell = farewell_of_program.load(); farewell != nullptr) farewell();
  _exit(0);
}

volatile std::sig_atomic_t remembered = 0;

constexpr int kStatusOfSignals = 128;

void remember(int signal) {
  if (remembered == 0) {
    remembered = signal;
    return;
  }
  if (auto* const farewell = farewell_of_program.load(); farewell != nullptr) farewell();
  _exit(kStatusOfSignals + signal);
}

void switch_debug(int signal) {
  debug_request = static_cast<int>(signal == SIGUSR1 ? DebugBySignal::on : DebugBySignal::off);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

void handle_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) handle(signal, leave);
  for (const int signal : {SIGUSR1, SIGUSR2}) handle(signal, switch_debug);
}

void remember_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) handle(signal, remember);
}

int remembered_signal() {
  return static_cast<int>(remembered);
}

void set_farewell(void (*farewell)()) {
  farewell_of_program = farewell;
}

DebugBySignal debug_by_signal() {
  return static_cast<DebugBySignal>(static_cast<int>(debug_request));
}

}  // namespace pscheduler::cli
