// The compiled part of Boost.Asio (BOOST_ASIO_SEPARATE_COMPILATION): every program with an event loop links it.
#include <boost/asio/impl/src.hpp>
