#include "adapters/store/destination.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sqlite3.h>

#include <array>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::adapters::store {
namespace {

constexpr std::size_t kNameBytes = 8;

// Members of objects are in the order of their names.
std::string canonical_data(std::string_view spec) {
  const Json document = Json::parse(spec, nullptr, false);
  const Json* data = json::find(document, "data");
  return json::to_compact(data == nullptr ? Json() : *data);
}

std::string_view text_of(sqlite3_value* value) {
  const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

void answer(sqlite3_context* context, int, sqlite3_value** values) {
  try {
    const auto name = destination_of(text_of(values[0]), text_of(values[1]), text_of(values[2]));
    sqlite3_result_text(context, name.data(), static_cast<int>(name.size()), SQLITE_TRANSIENT);
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

std::string destination_of(std::string_view salt, std::string_view archiver, std::string_view spec) {
  std::string whole(salt);
  whole.append(archiver).push_back('\0');
  whole += canonical_data(spec);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(whole.data(), whole.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not to be had");
  std::string name;
  for (std::size_t at = 0; at < kNameBytes; ++at) name += fmt::format("{:02x}", digest.at(at));
  return name;
}

void add_destination_of(SQLite::Database& database) {
  database.createFunction("destination_of", 3, true, nullptr, answer, nullptr, nullptr, nullptr);
}

}  // namespace pscheduler::adapters::store
