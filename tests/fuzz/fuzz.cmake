# fuzz_target(NAME ROOMS...): the program fuzz_NAME, from NAME_fuzz.cpp, which defines LLVMFuzzerTestOneInput().
# In the preset `fuzz` it is a libFuzzer; in every other build a test that feeds it the committed corpus, corpus/NAME.
add_custom_target(fuzzers)

function(fuzz_target name)
  add_executable(fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name}_fuzz.cpp)
  target_link_libraries(fuzz_${name} PRIVATE project_options ${ARGN})
  add_dependencies(fuzzers fuzz_${name})
  if(ECHO_FUZZ)
    target_compile_definitions(fuzz_${name} PRIVATE ECHO_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  target_sources(fuzz_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus_main.cpp)
  add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
  set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 300)
endfunction()

# What several targets do with a fake API server.
add_library(fuzz_cluster STATIC ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/cluster.cpp)
target_link_libraries(fuzz_cluster PUBLIC fakeapi PRIVATE project_options)

fuzz_target(http_request http)
fuzz_target(http_response http)
fuzz_target(http_connection http simulator)
fuzz_target(selectors api)
fuzz_target(manifests fuzz_cluster)
fuzz_target(fakeapi_requests fuzz_cluster simulator)
fuzz_target(fakeapi_patches fakeapi)
fuzz_target(fakeapi_apply fuzz_cluster)
fuzz_target(fakeapi_protobuf fuzz_cluster)
target_sources(fuzz_fakeapi_protobuf PRIVATE fakeapi_protobuf/encoder.cpp)
fuzz_target(fakeapi_tokens fakeapi client)
fuzz_target(fakeapi_schemas fuzz_cluster)
