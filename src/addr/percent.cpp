#include "pscheduler/addr/percent.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "pscheduler/base/text.hpp"

namespace pscheduler {

std::string percent_encode(std::string_view text) {
  return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

Result<std::string> percent_decode(std::string_view text, Plus plus) {
  const auto encoded = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!encoded) {
    return fail(
        Errc::invalid_argument,
        "'" + excerpt(text) + "' has a percent sign without two hexadecimal digits; write it as %25.");
  }
  boost::urls::encoding_opts options;
  options.space_as_plus = plus == Plus::blank;
  return encoded->decode(options);
}

}  // namespace pscheduler
