# What is measured, and the programs that measure it.
room(fleet bench simulator)  # http_load.cpp and api_load.cpp are among its sources, too
add_executable(echo-bench bench/echo_bench_main.cpp)
target_link_libraries(echo-bench PRIVATE fleet benchmark::benchmark project_options)

# Apart, for it needs no simulator: HTTP, over real sockets, against whatever server there is.
add_library(http_load STATIC bench/http_load.cpp bench/api_load.cpp)
target_link_libraries(http_load PUBLIC http PRIVATE project_options)
add_executable(echo-bench-http bench/http_bench_main.cpp bench/programs_main.cpp bench/api_servers_main.cpp
  bench/wire_main.cpp bench/start_main.cpp bench/http_main.cpp tests/conformance/real_programs.cpp)
target_link_libraries(echo-bench-http PRIVATE http_load test_programs real CLI11::CLI11 project_options)
