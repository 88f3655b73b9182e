// The compiled parts of Asio's TLS layer and of Boost.Beast, apart from asio_impl.cpp so that programs
// without a network server or client do not load OpenSSL.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
