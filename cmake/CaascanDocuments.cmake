# caascan_documents(target program PAGES page ...): man pages and completions of a program, printed by the program
# itself after it was built, and installed where the platform looks for them.
function(caascan_documents target program)
  cmake_parse_arguments(ARG "" "" "PAGES" ${ARGN})
  set(folder ${PROJECT_BINARY_DIR}/documents)
  file(MAKE_DIRECTORY ${folder})
  set(pages "")
  foreach(page IN LISTS ARG_PAGES)
    add_custom_command(
      OUTPUT ${folder}/${page}.1
      COMMAND ${target} --man-page ${page} > ${folder}/${page}.1
      DEPENDS ${target}
      VERBATIM)
    list(APPEND pages ${folder}/${page}.1)
  endforeach()
  set(completions "")
  foreach(shell bash zsh fish)
    add_custom_command(
      OUTPUT ${folder}/${program}.${shell}
      COMMAND ${target} --completion ${shell} > ${folder}/${program}.${shell}
      DEPENDS ${target}
      VERBATIM)
    list(APPEND completions ${folder}/${program}.${shell})
  endforeach()
  add_custom_target(${program}_documents ALL DEPENDS ${pages} ${completions})

  # The program's name is also its component's (cmake/CaascanInstall.cmake).
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${program})
  set(share ${CMAKE_INSTALL_DATADIR})
  install(FILES ${folder}/${program}.bash DESTINATION ${share}/bash-completion/completions RENAME ${program} COMPONENT ${program})
  install(FILES ${folder}/${program}.zsh DESTINATION ${share}/zsh/site-functions RENAME _${program} COMPONENT ${program})
  install(FILES ${folder}/${program}.fish DESTINATION ${share}/fish/vendor_completions.d COMPONENT ${program})
endfunction()
