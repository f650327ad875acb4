# The simulator's programs: echo-sim, one more of it for each seeded mistake, echo-local and
# echo-run.
include(${CMAKE_SOURCE_DIR}/sim/mutants/apply.cmake)

# The definition of Echo is compiled in, so that a simulation needs no file.
file(READ ${CMAKE_SOURCE_DIR}/crds/echoes.example.com.yaml ECHO_DEFINITION_YAML)
file(READ ${CMAKE_SOURCE_DIR}/crds/examples/echo-example.yaml ECHO_EXAMPLE_YAML)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/crds/echoes.example.com.yaml ${CMAKE_SOURCE_DIR}/crds/examples/echo-example.yaml)

file(GLOB mutant_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sim/mutants/*.mutant)
set(MUTANT_TABLE "")
set(mutant_names "")
foreach(mutant_path ${mutant_files})
  get_filename_component(name ${mutant_path} NAME_WE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${mutant_path})
  read_mutant(${mutant_path})
  list(APPEND mutant_names ${name})
  string(APPEND MUTANT_TABLE "    {R\"mutant(${name})mutant\", R\"mutant(${mutant_what})mutant\", R\"mutant(${mutant_expect})mutant\", R\"mutant(${mutant_needs})mutant\", R\"mutant(${mutant_arguments})mutant\"},\n")
endforeach()
configure_file(${CMAKE_SOURCE_DIR}/sim/generated.cpp.in ${CMAKE_BINARY_DIR}/generated/sim_generated.cpp @ONLY)
target_sources(simulator PRIVATE ${CMAKE_BINARY_DIR}/generated/sim_generated.cpp)

# operator new and delete of the simulators. A sanitizer wants its own; echo-bench measures with what the operator has.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_library(operator_new OBJECT sim/program/operator_new.cpp)
  target_link_libraries(operator_new PRIVATE project_options)
else()
  add_library(operator_new INTERFACE)
endif()

add_library(echo_sim_main OBJECT sim/echo_sim_main.cpp)
target_link_libraries(echo_sim_main PRIVATE simulator CLI11::CLI11 project_options)
add_executable(echo-sim sim/built_mutant_main.cpp)
target_link_libraries(echo-sim PRIVATE echo_sim_main simulator operator_new project_options)

# A mutant's simulator: only the mistaken source is compiled anew. Its object comes before the archives, so
# the linker never takes the original out of them.
foreach(mutant_path ${mutant_files})
  get_filename_component(name ${mutant_path} NAME_WE)
  read_mutant(${mutant_path})
  get_filename_component(source_name ${mutant_file} NAME)
  set(mutated ${CMAKE_BINARY_DIR}/generated/${name}/${source_name})
  add_custom_command(OUTPUT ${mutated}
    COMMAND ${CMAKE_COMMAND} -DMUTANT=${mutant_path} -DSOURCES=${CMAKE_SOURCE_DIR} -DOUTPUT=${mutated}
            -P ${CMAKE_SOURCE_DIR}/sim/mutants/apply.cmake
    DEPENDS ${mutant_path} ${CMAKE_SOURCE_DIR}/${mutant_file} ${CMAKE_SOURCE_DIR}/sim/mutants/apply.cmake
    COMMENT "Seeding ${name} into ${mutant_file}")
  add_executable(echo-sim-${name} ${mutated} sim/built_mutant_main.cpp)
  target_compile_definitions(echo-sim-${name} PRIVATE ECHO_SIM_MUTANT="${name}")
  target_link_libraries(echo-sim-${name} PRIVATE echo_sim_main simulator operator_new project_options)
endforeach()

add_executable(echo-local sim/echo_local_main.cpp sim/local/manifest_files_main.cpp)
target_link_libraries(echo-local PRIVATE simulator real CLI11::CLI11 project_options)

# The real programs beside each other, which it finds where it is itself.
add_executable(echo-run sim/echo_run_main.cpp sim/local/manifest_files_main.cpp operator/main/connection_main.cpp)
target_link_libraries(echo-run PRIVATE simulator client http real CLI11::CLI11 project_options)
add_dependencies(echo-run echo-operator echo-fakeapi)
