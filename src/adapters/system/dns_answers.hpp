#pragma once
// Records out of DNS replies, in their order. Each returns a status of c-ares.

#include <string>
#include <vector>

namespace pscheduler::adapters {

int read_ipv4(const unsigned char* reply, int length, std::vector<std::string>& addresses);
int read_ipv6(const unsigned char* reply, int length, std::vector<std::string>& addresses);
int read_names(const unsigned char* reply, int length, std::vector<std::string>& names);
int read_texts(const unsigned char* reply, int length, std::vector<std::string>& texts);

}  // namespace pscheduler::adapters
