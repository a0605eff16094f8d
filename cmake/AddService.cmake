# add_service(<name> [LIBRARIES <library>...]) builds the program <name> from src/*.cpp and, with
# tests, <name>_test from tests/*_test.cpp. migrations/*.sql, openapi.yaml (as openapi.json),
# templates/ and assets/ are embedded and read through <name>::embedded(). A service sees its own
# src/ and the chassis, and no other service.
function(add_service name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS src/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${name}_code STATIC ${sources})
  target_include_directories(${name}_code PUBLIC src)
  target_link_libraries(${name}_code PUBLIC chassis ${arg_LIBRARIES})

  file(GLOB_RECURSE files CONFIGURE_DEPENDS migrations/*.sql templates/* assets/*)
  embed_files(${name}_code ${name} FILES ${files} YAML ${CMAKE_CURRENT_SOURCE_DIR}/openapi.yaml)

  add_executable(${name} src/main.cpp)
  target_link_libraries(${name} PRIVATE ${name}_code)
  install(TARGETS ${name})

  file(GLOB tests CONFIGURE_DEPENDS tests/*_test.cpp)
  if(SERAI_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name}_code chassis_testing GTest::gmock_main)
    compile_tests_quickly(${name}_test)
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

# Optimising a test under the sanitizers takes twice as long as compiling it, and buys nothing: what
# it tests is optimised all the same.
function(compile_tests_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
endfunction()
