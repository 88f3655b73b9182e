#include "pscheduler/json/dictionary.hpp"

#include <nlohmann/json.hpp>

#include "json_embedded.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::json {

std::string_view dictionary_text() {
  return embedded("dictionary.json");
}

const Json& dictionary() {
  // The text is part of the program, so that a failure is a mistake made while building it.
  static const Json document = read(dictionary_text()).value();
  return document;
}

}  // namespace pscheduler::json
