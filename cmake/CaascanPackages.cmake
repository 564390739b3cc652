# `cpack -G RPM` in a build folder: a package for each part of cmake/CaascanInstall.cmake. Debian's packages are made by debian/.
set(CPACK_PACKAGE_NAME caascan)
set(CPACK_PACKAGE_VENDOR "caascan maintainers")
set(CPACK_PACKAGE_CONTACT "caascan maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_COMPONENTS_ALL caascan caalab library development)
set(CPACK_STRIP_FILES ON)

set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE Apache-2.0)
set(CPACK_RPM_PACKAGE_GROUP Applications/Internet)
set(CPACK_RPM_MAIN_COMPONENT caascan)
set(CPACK_RPM_CAALAB_PACKAGE_NAME caalab)
set(CPACK_RPM_LIBRARY_PACKAGE_NAME libcaascan)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_NAME libcaascan-devel)
set(CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "libcaascan = ${PROJECT_VERSION}")
set(CPACK_RPM_CAALAB_PACKAGE_SUMMARY "Lab internet for tests of CAA look-ups")
set(CPACK_RPM_LIBRARY_PACKAGE_SUMMARY "Library for CAA look-ups and decisions")
set(CPACK_RPM_DEVELOPMENT_PACKAGE_SUMMARY "Library for CAA look-ups and decisions: headers and archives")
# The same source gives the same octets: times are SOURCE_DATE_EPOCH's, and the machine has no name.
set(CPACK_RPM_SPEC_MORE_DEFINE
    "%define _build_id_links none
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define _buildhost reproducible")
# Folders that other packages own.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/man/man7 /usr/share/bash-completion
    /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/site-functions /usr/share/fish
    /usr/share/fish/vendor_completions.d /usr/lib/cmake /usr/lib/pkgconfig)
include(CPack)
