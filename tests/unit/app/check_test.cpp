// What `pschedulerd --check` says about the host: certificate and key, addresses to listen on, directories.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "pscheduler/adapters/http/certificate.hpp"
#include "pscheduler/app/config.hpp"

namespace pscheduler::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace fs = std::filesystem;

// Of a key made for this test, behind a passphrase.
constexpr std::string_view kKeyWithPassphrase =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgNnVtgZQ+iTgICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEK3oyGn3+ZnOB4fa12Hc5pMEgZBc\n"
    "KlElMmSllA5p4W4g/22KYXsMdamjy+HwLuS2Ly9PRNQxyN1LA5iUR+BU+K7ItNME\n"
    "H0umvl+HKrt+WcjpAKQr4ci71yYTrvcFMrSUe+Jm22aKsIQGiVtIAsfJi3g4c6y/\n"
    "USMRAYubpmOC9JMagTaaPQI9QPdqsaCBSbyJLPfepIkqkx5wyYhXTUwwifyn9rU=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

class CheckTest : public testing::Test {
 protected:
  CheckTest() {
    std::string pattern = (fs::temp_directory_path() / "psched-check-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    config_.data_directory = directory_ / "data";
  }
  ~CheckTest() override { fs::remove_all(directory_); }

  adapters::TlsFiles make_certificate(const std::string& name) const {
    auto made = adapters::ensure_certificate(directory_ / name, "ps.example.org");
    EXPECT_TRUE(made);
    return made.value_or(adapters::TlsFiles{});
  }

  fs::path file_with(const std::string& name, std::string_view text) const {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }

  fs::path directory_;
  Config config_;
};

TEST_F(CheckTest, ACertificateWithItsKeyIsGood) {
  const auto files = make_certificate("a");
  config_.tls_certificate = files.certificate;
  config_.tls_key = files.key;
  EXPECT_THAT(check_files(config_), IsEmpty());
}

TEST_F(CheckTest, AKeyMustBelongToItsCertificate) {
  config_.tls_certificate = make_certificate("a").certificate;
  config_.tls_key = make_certificate("b").key;
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(AllOf(HasSubstr("b/key.pem"), HasSubstr("belongs to the certificate"))));
}

TEST_F(CheckTest, ABadCertificateDoesNotHideABadKey) {
  config_.tls_certificate = file_with("c.pem", "no certificate");
  config_.tls_key = file_with("k.pem", "no key");
  EXPECT_THAT(check_files(config_), UnorderedElementsAre(HasSubstr("c.pem'"), HasSubstr("k.pem'")));
}

TEST_F(CheckTest, MissingFilesAreSaidToBeMissing) {
  config_.tls_certificate = directory_ / "c.pem";
  config_.tls_key = directory_ / "k.pem";
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(AllOf(HasSubstr("c.pem'"), HasSubstr("No such file or directory")),
                                   AllOf(HasSubstr("k.pem'"), HasSubstr("No such file or directory"))));
}

TEST_F(CheckTest, NobodyIsAskedForAPassphrase) {
  config_.tls_certificate = make_certificate("a").certificate;
  config_.tls_key = file_with("k.pem", kKeyWithPassphrase);
  EXPECT_THAT(check_files(config_), UnorderedElementsAre(HasSubstr("without a passphrase")));
}

TEST_F(CheckTest, TheCertificateOfAnEarlierStartIsLookedAtToo) {
  make_certificate("data/tls");
  EXPECT_THAT(check_files(config_), IsEmpty());
  std::ofstream(config_.data_directory / "tls/certificate.pem") << "spoilt";
  EXPECT_THAT(check_files(config_), UnorderedElementsAre(HasSubstr("data/tls/certificate.pem")));
  config_.plain_http = true;
  EXPECT_THAT(check_files(config_), IsEmpty());
}

TEST_F(CheckTest, OnlyAddressesOfThisHostCanBeListenedOn) {
  config_.listen_is_default = false;
  config_.listen = {{"127.0.0.1", 0}, {"0.0.0.0", 0}, {"192.0.2.7", 8443}};
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(
                  AllOf(HasSubstr("listen: "), HasSubstr("192.0.2.7:8443"), HasSubstr("0.0.0.0 or [::]"))));
  config_.listen_is_default = true;
  EXPECT_THAT(check_files(config_), IsEmpty());
}

TEST_F(CheckTest, PluginsMustBeADirectory) {
  config_.plugins = {directory_, file_with("program", ""), directory_ / "missing"};
  fs::permissions(directory_ / "program", fs::perms::owner_all);
  EXPECT_THAT(check_files(config_), UnorderedElementsAre(HasSubstr("program'"), HasSubstr("missing'")));
}

TEST_F(CheckTest, LooksAtTheConfigurables) {
  config_.configurables = directory_ / "configurables.conf";
  EXPECT_THAT(check_files(config_), IsEmpty()) << "they need not exist";
  file_with("configurables.conf", R"({"keep-runs-tasks": "two days"})");
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(AllOf(HasSubstr("configurables.conf:1:21"), HasSubstr("'two days'"))));
}

TEST_F(CheckTest, TheKeysOfProxiesAreKeptFromOthersAndNeverShown) {
  const auto keys_file = [this](std::string_view text, fs::perms mode = fs::perms(0640)) {
    config_.requester_keys = file_with("keys.json", text);
    fs::permissions(config_.requester_keys, mode);
  };
  keys_file(R"({"frontend": "0123456789abcdef", "#": "a comment"})");
  EXPECT_THAT(check_files(config_), IsEmpty());
  const auto keys = read_requester_keys(config_.requester_keys);
  ASSERT_TRUE(keys);
  EXPECT_EQ(*keys, (RequesterKeys{{"frontend", "0123456789abcdef"}}));
  EXPECT_EQ(read_requester_keys(""), RequesterKeys{});

  for (const unsigned mode : {0644U, 0660U, 0601U}) {
    keys_file(R"({"frontend": "0123456789abcdef"})", fs::perms(mode));
    EXPECT_THAT(check_files(config_),
                UnorderedElementsAre(AllOf(HasSubstr("keys.json"), HasSubstr("chmod 640"))));
  }
  keys_file(
      "{\n\"frontend\": \"tooShort\",\n\"a;b\": \"0123456789abcdef\",\n"
      "\"c\": \"0123456789 abcdef\",\n\"d\": 5}");
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(AllOf(HasSubstr("keys.json:2:13"), HasSubstr("16 to 1024 characters")),
                                   HasSubstr("keys.json:3:8"), HasSubstr("keys.json:4:6"),
                                   AllOf(HasSubstr("keys.json:5:6"), HasSubstr("must be a string"))));
  for (const auto& problem : check_files(config_)) {
    EXPECT_THAT(problem, testing::Not(testing::AnyOf(HasSubstr("tooShort"), HasSubstr("abcdef"))));
  }
  keys_file(R"({"frontend" "0123456789abcdef"})");
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(AllOf(HasSubstr("line 1, column 13"), testing::Not(HasSubstr("abcdef")))));
  keys_file("[]");
  EXPECT_THAT(check_files(config_), UnorderedElementsAre(HasSubstr("JSON object such as")));
  config_.requester_keys = directory_ / "missing.json";
  EXPECT_THAT(check_files(config_), UnorderedElementsAre(HasSubstr("missing.json cannot be read: No such")));
  config_.requester_keys = directory_;
  config_.plugins = {directory_ / "missing"};
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(HasSubstr("is no ordinary file"), HasSubstr("missing'")));
}

TEST_F(CheckTest, SaysWhatIsWrongInTheFileAndOnTheHostAtOnce) {
  const auto file = file_with("pschedulerd.json", R"({"lisen": [], "plugins": ["/nonexistent/plugins"]})");
  const auto data = config_.data_directory.string();
  for (const char* action : {"--check", "--print-config"}) {
    const std::vector<std::string> arguments{action, "--config", file.string(), "--data-dir", data};
    const auto command_line = parse_command_line(arguments);
    ASSERT_TRUE(command_line);
    const auto config = load_config(*command_line, [](std::string_view) { return std::nullopt; });
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error(), testing::Contains(HasSubstr("'lisen'")));
    EXPECT_EQ(config.error().size(), std::string_view(action) == "--check" ? 2u : 1u);
  }
}

TEST_F(CheckTest, TheLimitsAreReadIfThereAreAny) {
  config_.limits = directory_ / "limits.conf";
  EXPECT_THAT(check_files(config_), IsEmpty());
  file_with("limits.conf", "https://limits.example.org/");
  EXPECT_THAT(check_files(config_), IsEmpty());
  file_with("limits.conf", R"({"schema": 1, "identifiers": [], "classifiers": {}, "applications": []})");
  EXPECT_THAT(check_files(config_),
              UnorderedElementsAre(HasSubstr("limits.conf:1:49: /classifiers: must be an array"),
                                   HasSubstr("limits.conf:1:1: 'limits' is missing")));
}

}  // namespace
}  // namespace pscheduler::app
