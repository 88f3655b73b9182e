# pscheduler_embed(<target> <namespace> <files>...)
#   Adds to <target> a generated source with each file as text, and the header <namespace>_embedded.hpp:
#     namespace pscheduler::<namespace> { std::string_view embedded(std::string_view name); }
#   <name> is the file's name without its folder; an unknown name gives an empty view.

function(pscheduler_embed target namespace)
  set(dir "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  set(header "${dir}/${namespace}_embedded.hpp")
  set(source "${dir}/${namespace}_embedded.cpp")
  file(MAKE_DIRECTORY "${dir}")
  file(CONFIGURE OUTPUT "${header}" CONTENT
"#pragma once\n#include <string_view>\nnamespace pscheduler::${namespace} {\n\
// The text of an embedded file by its name without folder; empty when there is none.\n\
std::string_view embedded(std::string_view name);\n}\n")
  list(TRANSFORM ARGN PREPEND "" OUTPUT_VARIABLE files)
  set(absolute "")
  foreach(file IN LISTS ARGN)
    get_filename_component(path "${file}" ABSOLUTE)
    list(APPEND absolute "${path}")
  endforeach()
  add_custom_command(OUTPUT "${source}"
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${source}" "-DNAMESPACE=${namespace}" "-DFILES=${absolute}"
            -P "${CMAKE_SOURCE_DIR}/cmake/GenerateEmbedded.cmake"
    DEPENDS ${absolute} "${CMAKE_SOURCE_DIR}/cmake/GenerateEmbedded.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${source}")
  target_include_directories(${target} PUBLIC "${dir}")
endfunction()
