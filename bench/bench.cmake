# What is measured, and the program that measures it.
room(fleet bench simulator)
add_executable(echo-bench bench/echo_bench_main.cpp bench/programs_main.cpp bench/wire_main.cpp)
target_link_libraries(echo-bench PRIVATE fleet real http CLI11::CLI11 benchmark::benchmark project_options)
