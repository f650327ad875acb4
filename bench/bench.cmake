# What is measured, and the program that measures it.
room(fleet bench simulator)
add_executable(echo-bench bench/echo_bench_main.cpp)
target_link_libraries(echo-bench PRIVATE fleet benchmark::benchmark project_options)
