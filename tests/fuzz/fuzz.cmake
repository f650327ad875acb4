# fuzz_target(NAME SOURCE ROOMS...): the program fuzz_NAME, from a source that defines LLVMFuzzerTestOneInput().
# In the preset `fuzz` it is a libFuzzer; in every other build a test that feeds it the committed corpus, corpus/NAME.
add_custom_target(fuzzers)

function(fuzz_target name source)
  add_executable(fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${source})
  target_link_libraries(fuzz_${name} PRIVATE project_options ${ARGN})
  add_dependencies(fuzzers fuzz_${name})
  if(ECHO_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(fuzz_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus_main.cpp)
  add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
endfunction()

fuzz_target(http_request http_request_fuzz.cpp http)
fuzz_target(http_response http_response_fuzz.cpp http)
fuzz_target(http_connection http_connection_fuzz.cpp http simulator)
