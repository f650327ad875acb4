// echo-bench-http: what HTTP costs, over real sockets.
//
//   wire    HTTP and TLS by themselves: a service that answers fixed JSON, in a process of its own
//   start   from the start of echo-fakeapi to its first answer
//   http    Kubernetes API servers side by side: echo-fakeapi and, where there is one, the real one
#include <cstdio>
#include <exception>
#include <string_view>

#include "bench/programs_main.hpp"

int main(int argc, char** argv) {
  try {
    std::string_view const program = argc > 1 ? argv[1] : "";
    if (program == "wire") return bench::wire_main(argc - 1, argv + 1);
    if (program == "start") return bench::start_main(argc - 1, argv + 1);
    if (program == "http") return bench::http_main(argc - 1, argv + 1);
    std::fprintf(stderr, "usage: %s wire|start|http [--help]\n", argv[0]);
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  }
  return 1;
}
