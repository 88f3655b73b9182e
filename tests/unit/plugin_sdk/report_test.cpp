#include "pscheduler/plugin_sdk/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pscheduler::sdk {
namespace {

Report sample() {
  Report report;
  report.section("Local").field("Time", "12:00").field("Synchronized", "ntp").close();
  report.field("Difference", "PT1S");
  return report;
}

TEST(Report, AlignsFieldsOfASectionWithDots) {
  EXPECT_EQ(sample().render(MimeType::text_plain),
            "Local:\n"
            "  Time ........... 12:00\n"
            "  Synchronized ... ntp\n"
            "\n"
            "Difference ... PT1S");
}

TEST(Report, RendersHtmlTables) {
  EXPECT_EQ(sample().render(MimeType::text_html),
            "<h4>Local</h4>\n"
            "<table>\n"
            "<tr><th>Time</th><td>12:00</td></tr>\n"
            "<tr><th>Synchronized</th><td>ntp</td></tr>\n"
            "</table>\n"
            "<table>\n"
            "<tr><th>Difference</th><td>PT1S</td></tr>\n"
            "</table>");
}

TEST(Report, EscapesWhatTheNetworkSays) {
  const std::string evil = R"(<script>alert("x")</script>&')";
  Report report;
  report.line(evil).field(evil, evil).section(evil).table({evil}, {{evil}});
  const auto html = report.render(MimeType::text_html);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;"), std::string::npos);
}

TEST(Report, AlignsTablesAndContinuationLines) {
  Report report;
  report.table({"Hop", "Host"}, {{"1", "gateway"}, {"10", "far"}}).field("Data", "[\n  1\n]");
  EXPECT_EQ(report.render(MimeType::text_plain),
            "Hop  Host\n"
            "1    gateway\n"
            "10   far\n"
            "Data ... [\n"
            "           1\n"
            "         ]");
}

struct Length {
  const char* iso8601;
  const char* words;
};

TEST(HumanDuration, SpeaksInWords) {
  for (const auto& [iso8601, words] :
       {Length{"PT0S", "0 seconds"}, Length{"PT1S", "1 second"}, Length{"PT90S", "1 minute 30 seconds"},
        Length{"P1DT2H", "1 day 2 hours"}, Length{"PT0.25S", "250 milliseconds"},
        Length{"PT1.5S", "1.5 seconds"}, Length{"PT0.000012S", "12 microseconds"}, Length{"soon", "soon"}}) {
    EXPECT_EQ(human_duration(std::string_view(iso8601)), words) << iso8601;
  }
}

TEST(HumanValue, SpellsAsPeopleDo) {
  const Json text = "x", yes = true, number = 5, list = {1, 2};
  EXPECT_EQ(human_value(nullptr), "Not Specified");
  EXPECT_EQ(human_value(&text), "x");
  EXPECT_EQ(human_value(&yes), "True");
  EXPECT_EQ(human_value(&number), "5");
  EXPECT_EQ(human_value(&list), "[1,2]");
}

}  // namespace
}  // namespace pscheduler::sdk
