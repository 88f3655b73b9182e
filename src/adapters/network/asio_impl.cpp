// The compiled part of Boost.Asio (BOOST_ASIO_SEPARATE_COMPILATION), which every program with an event loop
// has.
#include <boost/asio/impl/src.hpp>
