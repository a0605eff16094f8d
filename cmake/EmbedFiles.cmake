# embed_files(<target> <namespace> FILES <file>... [YAML <file>...] [ROOT <folder>])
# Compiles files into <target> as <namespace>::embedded(), a chassis::Files in the order of their
# paths, declared in "<namespace>_embedded.h". Names are relative to ROOT (the current folder by
# default); a YAML file is stored as JSON under its name with the ending .json.
function(embed_files target namespace)
  cmake_parse_arguments(arg "" "ROOT" "FILES;YAML" ${ARGN})
  if(NOT arg_ROOT)
    set(arg_ROOT ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${namespace}_embedded.cpp)
  add_custom_command(
    OUTPUT ${source}
    BYPRODUCTS ${CMAKE_CURRENT_BINARY_DIR}/${namespace}_embedded.h
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/cmake/embed_files.py
            ${source} ${namespace} ${arg_ROOT} ${arg_FILES} ${arg_YAML}
    DEPENDS ${arg_FILES} ${arg_YAML} ${CMAKE_SOURCE_DIR}/cmake/embed_files.py
    COMMENT "Embedding files of ${namespace}"
    VERBATIM)
  target_sources(${target} PRIVATE ${source})
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR})
endfunction()
