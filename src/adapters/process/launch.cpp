#include "adapters/process/launch.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include "pscheduler/base/text.hpp"
#include "shepherd/protocol.hpp"

namespace pscheduler::adapters {
namespace {

std::string system_message(int error) {
  return std::generic_category().message(error);
}

tl::unexpected<Error> resource_failure(const char* what, int error) {
  return fail(Errc::unavailable, std::string(what) + ": " + system_message(error) + "; try again later");
}

// Moves a descriptor above those that the shepherd is given, so that placing one does not overwrite another.
bool move_up(FileDescriptor& descriptor) {
  if (descriptor.get() > shepherd::kControlDescriptor) return true;
  descriptor.reset(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, shepherd::kControlDescriptor + 1));
  return descriptor.valid();
}

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

std::optional<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  Pipe pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  if (!move_up(pipe.read_end) || !move_up(pipe.write_end)) return std::nullopt;
  return pipe;
}

bool set_non_blocking(const FileDescriptor& descriptor) {
  return ::fcntl(descriptor.get(), F_SETFL, O_NONBLOCK) == 0;
}

// The shepherd's side and ours of all connections.
struct Channels {
  Launched ours;
  FileDescriptor input;
  FileDescriptor output;
  FileDescriptor errors;
  FileDescriptor control;
};

std::optional<Channels> open_channels() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return std::nullopt;
  Channels channels;
  channels.ours.control.reset(ends[0]);
  channels.control.reset(ends[1]);
  auto input = make_pipe();
  auto output = make_pipe();
  auto errors = make_pipe();
  if (!input || !output || !errors || !move_up(channels.control)) return std::nullopt;
  channels.ours.input = std::move(input->write_end);
  channels.ours.output = std::move(output->read_end);
  channels.ours.errors = std::move(errors->read_end);
  channels.input = std::move(input->read_end);
  channels.output = std::move(output->write_end);
  channels.errors = std::move(errors->write_end);
  if (!set_non_blocking(channels.ours.input) || !set_non_blocking(channels.ours.output) ||
      !set_non_blocking(channels.ours.errors)) {
    return std::nullopt;
  }
  return channels;
}

std::vector<std::string> shepherd_arguments(const PosixProcessesOptions& options,
                                            const ports::ProcessSpec& spec) {
  std::vector<std::string> arguments;
  arguments.reserve(spec.arguments.size() + 7);
  arguments.push_back(options.shepherd.string());
  arguments.push_back(std::to_string(std::max<std::int64_t>(spec.grace.count(), 0)));
  // A time limit that has passed already is the shortest there is; 0 would mean none.
  arguments.push_back(
      std::to_string(spec.time_limit ? std::max<std::int64_t>(spec.time_limit->count(), 1) : 0));
  arguments.push_back(std::to_string(options.open_files_max));
  arguments.push_back(std::to_string(options.file_bytes_max));
  arguments.push_back(spec.working_directory.string());
  arguments.push_back(spec.program.string());
  arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
  return arguments;
}

bool has_name(const std::string& entry, const std::string& name) {
  return entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& inherited,
                                            const ports::ProcessSpec& spec) {
  auto merged = inherited;
  for (const auto& [name, value] : spec.environment) {
    auto entry = name + '=' + value;
    bool replaced = false;
    for (auto& existing : merged) {
      if (!has_name(existing, name)) continue;
      existing = entry;
      replaced = true;
      break;
    }
    if (!replaced) merged.push_back(std::move(entry));
  }
  return merged;
}

// Everything that goes through execve() is a C string.
Result<void> check_text(const ports::ProcessSpec& spec) {
  const auto holds_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  for (const auto& argument : spec.arguments) {
    if (holds_nul(argument)) {
      return fail(Errc::invalid_argument, "The argument \"" + excerpt(argument) +
                                              "\" holds a NUL character, which cannot be passed on");
    }
  }
  for (const auto& [name, value] : spec.environment) {
    if (name.empty() || name.find('=') != std::string::npos || holds_nul(name) || holds_nul(value)) {
      return fail(Errc::invalid_argument, "The environment variable \"" + excerpt(name) +
                                              "\" has a name or value that cannot be passed on");
    }
  }
  return {};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// The shepherd stays in our session, which marks it as ours (orphans.hpp), in a process group of its own,
// where signals of the terminal do not reach it.
int spawn(const Channels& channels, std::vector<std::string> arguments, std::vector<std::string> environment,
          pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (const int error = ::posix_spawn_file_actions_init(&actions); error != 0) return error;
  if (const int error = ::posix_spawnattr_init(&attributes); error != 0) {
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  const int sources[] = {channels.input.get(), channels.output.get(), channels.errors.get(),
                         channels.control.get()};
  int error = 0;
  for (int target = 0; target <= shepherd::kControlDescriptor && error == 0; ++target) {
    error = ::posix_spawn_file_actions_adddup2(&actions, sources[target], target);
  }
  sigset_t all;
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  if (error == 0) {
    error = ::posix_spawn(&pid, arguments.front().c_str(), &actions, &attributes, pointers(arguments).data(),
                          pointers(environment).data());
  }
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

tl::unexpected<Error> spawn_failure(const PosixProcessesOptions& options, int error) {
  if (error == E2BIG) {
    return fail(Errc::too_large,
                "The arguments and environment of a program are larger than the system takes");
  }
  if (error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE) {
    return resource_failure("Cannot start a process", error);
  }
  return fail(Errc::internal, "Cannot start " + options.shepherd.string() + ": " + system_message(error) +
                                  "; it is installed together with pschedulerd");
}

}  // namespace

Result<Launched> launch(const PosixProcessesOptions& options, const std::vector<std::string>& environment,
                        const ports::ProcessSpec& spec) {
  PSCHEDULER_TRY(check_text(spec));
  auto channels = open_channels();
  if (!channels) return resource_failure("Cannot open pipes to a process", errno);
  auto& ours = channels->ours;
  // Keeps a number free for the pidfd: after the start it would be late to find out that there is none.
  FileDescriptor reserved(::fcntl(ours.control.get(), F_DUPFD_CLOEXEC, 0));
  if (!reserved.valid()) return resource_failure("Cannot watch a process", errno);
  if (const int error = spawn(*channels, shepherd_arguments(options, spec),
                              merged_environment(environment, spec), ours.pid);
      error != 0) {
    return spawn_failure(options, error);
  }
  reserved.reset();
  ours.process.reset(static_cast<int>(::syscall(SYS_pidfd_open, ours.pid, 0)));
  if (!ours.process.valid()) {
    const int error = errno;
    const auto order = shepherd::Order::kill;
    ::send(ours.control.get(), &order, sizeof order, MSG_NOSIGNAL);
    ::waitpid(ours.pid, nullptr, 0);
    return resource_failure("Cannot watch a process", error);
  }
  return std::move(ours);
}

}  // namespace pscheduler::adapters
