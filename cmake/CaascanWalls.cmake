# The target walls: each room, whole, linked with no more than the rooms and libraries that it declares. What a room calls
# without declaring it does not link. scripts/lint rooms says the same of includes.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/walls/main.cc CONTENT "int main() { return 0; }\n" @ONLY)
add_custom_target(walls ALL)
get_property(rooms GLOBAL PROPERTY CAASCAN_ROOMS)
foreach(room IN LISTS rooms)
  add_executable(${room}_wall ${PROJECT_BINARY_DIR}/walls/main.cc)
  target_link_libraries(${room}_wall PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${room}>")
  set_target_properties(${room}_wall PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/walls)
  caascan_flags(${room}_wall)
  add_dependencies(walls ${room}_wall)
endforeach()
