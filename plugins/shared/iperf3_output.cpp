#include "shared/iperf3_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::size_t kDocumentBytesMax = 64u << 20;

void copy_number(Json& into, std::string_view name, const Json& from, std::string_view from_name) {
  const Json* const value = json::find(from, from_name);
  if (value != nullptr && value->is_number()) into[std::string(name)] = *value;
}

void copy_integer(Json& into, std::string_view name, const Json& from, std::string_view from_name) {
  if (const auto value = json::find_integer(from, from_name)) into[std::string(name)] = *value;
}

// One object of statistics, whatever it is about.
Json datum_of(const Json& statistics) {
  Json datum = Json::object();
  copy_integer(datum, "stream-id", statistics, "socket");
  for (const auto& [name, from] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"start", "start"},
           {"end", "end"},
           {"throughput-bytes", "bytes"},
           {"throughput-bits", "bits_per_second"},
           {"jitter", "jitter_ms"},
           {"rtt", "mean_rtt"},
           {"rtt", "rtt"}})
    copy_number(datum, name, statistics, from);
  for (const auto& [name, from] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{{"sent", "packets"},
                                                                            {"lost", "lost_packets"},
                                                                            {"retransmits", "retransmits"},
                                                                            {"tcp-window-size", "snd_cwnd"}})
    copy_integer(datum, name, statistics, from);
  if (const auto omitted = json::find_bool(statistics, "omitted")) datum["omitted"] = *omitted;
  return datum;
}

Json intervals_of(const Json& document) {
  Json intervals = Json::array();
  const Json* const list = json::find_array(document, "intervals");
  if (list == nullptr) return intervals;
  for (const auto& interval : *list) {
    Json streams = Json::array();
    if (const Json* const all = json::find_array(interval, "streams")) {
      for (const auto& stream : *all) streams.push_back(datum_of(stream));
    }
    const Json* const sum = json::find_object(interval, "sum");
    intervals.push_back(
        {{"streams", std::move(streams)}, {"summary", sum == nullptr ? Json::object() : datum_of(*sum)}});
  }
  return intervals;
}

// The server, when it received, counts nothing as sent: what it tells is what arrived.
void take_received_for_sent(Json& datum, const Json& received) {
  if (json::find_number(datum, "throughput-bits").value_or(0) > 0) return;
  copy_number(datum, "throughput-bits", received, "bits_per_second");
  copy_number(datum, "throughput-bytes", received, "bytes");
  copy_integer(datum, "sent", received, "packets");
}

Json stream_summary(const Json& stream) {
  if (const Json* const udp = json::find_object(stream, "udp")) return datum_of(*udp);
  const Json* const sender = json::find_object(stream, "sender");
  Json datum = sender == nullptr ? Json::object() : datum_of(*sender);
  // The end that only received counts nothing as sent and has no round trips.
  if (json::find_number(datum, "rtt").value_or(0) == 0) datum.erase("rtt");
  if (const Json* const receiver = json::find_object(stream, "receiver")) {
    copy_number(datum, "receiver-throughput-bits", *receiver, "bits_per_second");
    take_received_for_sent(datum, *receiver);
  }
  return datum;
}

// What was sent is told apart from what arrived, but the losses of UDP in `sum` alone: `sum_sent` has none
// ever.
Json overall_summary(const Json& end) {
  const Json* const sum = json::find_object(end, "sum");
  const Json* sent = json::find_object(end, "sum_sent");
  if (sent == nullptr) sent = sum;
  if (sent == nullptr) return Json();
  Json datum = datum_of(*sent);
  if (sum != nullptr) {
    copy_integer(datum, "lost", *sum, "lost_packets");
    copy_number(datum, "jitter", *sum, "jitter_ms");
  }
  if (const Json* const received = json::find_object(end, "sum_received"))
    copy_number(datum, "receiver-throughput-bits", *received, "bits_per_second");
  return datum;
}

Json summary_of(const Json& document) {
  const Json* const end = json::find_object(document, "end");
  if (end == nullptr) return Json();
  Json summary = overall_summary(*end);
  if (summary.is_null()) return Json();
  if (const Json* const received = json::find_object(*end, "sum_received"))
    take_received_for_sent(summary, *received);
  Json streams = Json::array();
  if (const Json* const all = json::find_array(*end, "streams")) {
    for (const auto& stream : *all) streams.push_back(stream_summary(stream));
  }
  if (streams.size() == 1) copy_number(summary, "rtt", streams.front(), "rtt");
  return {{"streams", std::move(streams)}, {"summary", std::move(summary)}};
}

void add_sizes(Json& measured, const Json& document) {
  const Json* const start = json::find_object(document, "start");
  if (start == nullptr) return;
  for (const auto* name : {"tcp_mss_default", "tcp_mss"}) {
    const auto mss = json::find_integer(*start, name);
    if (mss && *mss > 0) measured["mss"] = *mss;
  }
  const auto requested = json::find_integer(*start, "sock_bufsize").value_or(0);
  if (requested > 0) {
    measured["requested-tcp-window-size"] = requested;
    copy_integer(measured, "tcp-window-size", *start, "sndbuf_actual");
  }
  const Json* const intervals = json::find_array(document, "intervals");
  if (intervals == nullptr || intervals->empty()) return;
  const Json* const streams = json::find_array(intervals->front(), "streams");
  if (streams == nullptr || streams->empty()) return;
  const auto mtu = json::find_integer(streams->front(), "pmtu");
  if (mtu && *mtu > 0) measured["mtu"] = *mtu;
}

}  // namespace

Iperf3Output parse_iperf3_output(const std::string& text) {
  // Servers print warnings before the document.
  const auto begin = text.find('{');
  if (begin == std::string::npos) return {Json(), std::string(trim(text)), trim(text).empty()};
  const auto document = json::read(std::string_view(text).substr(begin), {.bytes_max = kDocumentBytesMax});
  if (!document) return {Json(), "What iperf3 printed is not whole: " + document.error().message, false};
  if (auto error = json::find_string(*document, "error")) return {Json(), std::move(*error), false};
  Json measured = {{"intervals", intervals_of(*document)}, {"summary", summary_of(*document)}};
  if (measured["summary"].is_null()) return {Json(), "iperf3 printed no summary.", false};
  add_sizes(measured, *document);
  return {std::move(measured), {}, false};
}

std::string without_system_info(std::string text) {
  constexpr std::string_view kName = "\"system_info\"";
  const auto name = text.find(kName);
  if (name == std::string::npos) return text;
  const auto open = text.find('"', name + kName.size());
  if (open == std::string::npos) return text;
  auto close = open + 1;
  while (close < text.size() && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
  if (close < text.size()) text.replace(open + 1, close - open - 1, "REDACTED");
  return text;
}

}  // namespace pscheduler::plugins
