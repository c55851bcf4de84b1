# Helpers for the folders of the house: one static library a folder, one test binary a test folder.

# custody_library(<name> [DEPENDS lib...]): all *.cc of the current folder as static library custody_<name>.
function(custody_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  foreach(pattern ${ARG_EXCLUDE})
    list(FILTER sources EXCLUDE REGEX "${pattern}")
  endforeach()
  if(NOT sources)
    add_library(custody_${name} INTERFACE)
    target_link_libraries(custody_${name} INTERFACE ${ARG_DEPENDS})
    return()
  endif()
  add_library(custody_${name} STATIC ${sources})
  target_link_libraries(custody_${name} PUBLIC ${ARG_DEPENDS})
  target_compile_options(custody_${name} PRIVATE ${CUSTODY_WARNINGS})
endfunction()

# custody_test(<name> [DEPENDS lib...] [LABELS l...]): all *_test.cc (and helpers) of the current folder as one GoogleTest binary.
function(custody_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "DEPENDS;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  # GoogleTest guards its macros against a dangling else; g++ warns of `if (x) EXPECT_EQ(...)` all the same.
  target_compile_options(${name}_test PRIVATE ${CUSTODY_WARNINGS} $<$<CXX_COMPILER_ID:GNU>:-Wno-dangling-else>)
  custody_source_dir(${sources})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

# custody_source_dir(<source>...): gives CUSTODY_SOURCE_DIR, the checkout's folder, to those of the sources that name it, so that
# the compiler cache serves the others to every checkout.
function(custody_source_dir)
  foreach(source ${ARGN})
    file(STRINGS ${source} uses REGEX CUSTODY_SOURCE_DIR LIMIT_COUNT 1)
    if(uses)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS CUSTODY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    endif()
  endforeach()
endfunction()
