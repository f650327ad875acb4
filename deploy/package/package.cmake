# What is installed, and the Debian package: the programs, their manual pages, the custom resource and an example.
# `./dev package` builds just what goes into it (target deb); the usual target `package` builds everything first.
include(GNUInstallDirs)

set(packaged_programs echo-operator echo-fakeapi echo-sim)
install(TARGETS ${packaged_programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/crds/echoes.example.com.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/echo-operator/crds)
install(FILES ${CMAKE_SOURCE_DIR}/crds/examples/echo-example.yaml
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/echo-operator/examples)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/echo-operator)

# installed_compressed(FILE FOLDER): as Debian wants manual pages and changelogs, and the same bytes each time.
set(compressed_files "")
function(installed_compressed file folder)
  get_filename_component(name ${file} NAME)
  set(compressed ${CMAKE_BINARY_DIR}/generated/${name}.gz)
  add_custom_command(OUTPUT ${compressed} COMMAND gzip -9nc ${file} > ${compressed} DEPENDS ${file} VERBATIM)
  install(FILES ${compressed} DESTINATION ${folder})
  set(compressed_files ${compressed_files} ${compressed} PARENT_SCOPE)
endfunction()
foreach(program ${packaged_programs})
  installed_compressed(${CMAKE_CURRENT_LIST_DIR}/man/${program}.1 ${CMAKE_INSTALL_MANDIR}/man1)
endforeach()
installed_compressed(${CMAKE_CURRENT_LIST_DIR}/changelog ${CMAKE_INSTALL_DATADIR}/doc/echo-operator)
add_custom_target(installed_documents ALL DEPENDS ${compressed_files})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME echo-operator)
set(CPACK_PACKAGE_CONTACT "Echo operator maintainers <maintainers@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Kubernetes operator for Echo, with a fake API server and a simulator")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "For every Echo in a cluster the operator keeps a Deployment of echo servers.
With it come echo-fakeapi, a Kubernetes API server in memory for kubectl
and for the tests of controllers, and echo-sim, which tries the operator
in virtual time against an API server that crashes it, loses answers and
lags.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/package)
include(CPack)

add_custom_target(deb
  COMMAND ${CMAKE_CPACK_COMMAND} -G DEB --config ${CMAKE_BINARY_DIR}/CPackConfig.cmake
  DEPENDS ${packaged_programs} installed_documents
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)
