# Compiler settings common to every target: standard, warnings, hardening, sanitizers, faster links.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(PSCHEDULER_WERROR "Treat warnings as errors" OFF)
set(PSCHEDULER_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined or thread")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror=switch -Werror=return-type)
# GCC 12 takes the frames of inlined coroutines, which Asio allocates itself, for mismatched.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-Wno-mismatched-new-delete>")
endif()
if(PSCHEDULER_WERROR)
  add_compile_options(-Werror)
endif()
if(PSCHEDULER_SANITIZE)
  add_compile_options(-fsanitize=${PSCHEDULER_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PSCHEDULER_SANITIZE})
else()
  add_compile_options("$<$<CONFIG:RelWithDebInfo,Release>:-fstack-protector-strong;-D_FORTIFY_SOURCE=2>")
  add_link_options("$<$<CONFIG:RelWithDebInfo,Release>:-Wl,-z,relro,-z,now>")
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# Asio, Beast and Asio's TLS layer are compiled once, in src/adapters/network.
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                        BOOST_ASIO_NO_DEPRECATED SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
